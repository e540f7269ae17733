"""A memory for retrieval: cut texts into passages, embed them, index them, recall them, forget them.

A leaf: it knows nothing of users, stories or models. Whoever uses it names the collections, keeps
the texts and gives the function that embeds. What lies in the index can always be made again.
"""
