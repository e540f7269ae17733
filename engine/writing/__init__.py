"""One text: prompt + model -> stream of text -> saved draft and example."""
