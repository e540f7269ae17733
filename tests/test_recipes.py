"""The recipes of CONTRIBUTING.md, each followed to the letter in a copy of the project.

What a recipe does not name stays as it is; what it says must then work, is tried in a process of
its own on the copy.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fake_llamacpp import good_texts
from tests.fake_provider import KEY, Handler, running
from tests.project_copy import Copy, read_recipe


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


# A genre

ANIMALS = ["fox", "crow", "hare", "tortoise", "lion", "mouse", "heron", "frog", "donkey", "wolf"]
STORY = """\
The fox found the crow under the vineyard wall, boasting to the hens about the cheese she had stolen.
"A fable has a moral," said the old tortoise, "and yours has only cheese."

The crow laughed at the tortoise. She spread her wings so that every beast in the meadow could see
how they shone, and while she bowed, the fox ate the cheese. The hare saw it. The donkey saw it. Not
one of them said a word, because the crow had mocked them all that summer.

When the crow looked down, there was nothing on the stone but a crumb. "Who took it?" she cried.

"Vanity did," said the tortoise. "It is the greediest of animals, and it eats from your own beak."

The crow was quiet for a whole day. In the evening she brought the tortoise a fig and asked, humbly,
whether there was anything a bird might learn from a beast that walks so slowly. "Yes," said the
tortoise wisely. "To arrive."
"""
GENRE_CHECK = """
import sys
from collections import Counter
from engine.autotrain.plan import check_request, make_plan
from engine.bootstrap import open_engine
from engine.evaluation.compare import evaluation_prompts

engine = open_engine()
assert engine.get_available_training_genres()[-1] == "fable"
plan = make_plan(90, check_request(90, {}), seed=1)
drawn = Counter(slot.genre for slot in plan)
assert drawn["fable"] == 10 and len(drawn) == 9, drawn
assert sum(each.genre == "fable" for each in evaluation_prompts()) == 8
text = sys.stdin.read()
own, other = (engine.score(text, genre=genre).parts["genre"] for genre in ("fable", "sci_fi"))
assert own > 7 > 5 > other, (own, other)
"""


def test_add_a_genre(copy: Copy) -> None:
    name, prompts, fixed, words = (
        "engine/domain/genre.py",
        "engine/autotrain/prompts.yaml",
        "engine/evaluation/prompts.yaml",
        "engine/quality/genres.yaml",
    )
    script = "scripts/calibrate_quality.py"
    read_recipe("Add a genre", name, prompts, fixed, words, f"python {script}")
    copy.insert_after(name, '    THRILLER = "thriller"', '    FABLE = "fable"')
    listed = [f"  - A vain {each} mocks the patient ox, until winter comes." for each in ANIMALS]
    copy.append(prompts, "\nfable:\n" + "\n".join(listed))
    for each in ("stork", "goat", "badger", "mole", "toad", "owl", "cat", "magpie"):
        copy.append(fixed, f"\n- genre: fable\n  prompt: The {each} invites the ants to judge.\n")
    copy.append(
        words,
        "fable: >-\n  fable moral vanity boast boasting mocked beast beasts animals fox crow hare\n"
        "  tortoise donkey wise wisely humble humbly lesson\n",
    )
    copy.run(script)
    copy.run("-c", GENRE_CHECK, stdin=STORY)
    copy.run("-m", "pytest", "-q", "tests/engine/autotrain/test_plan.py",
             "tests/engine/quality/test_genre.py",
             "tests/engine/training/test_split.py",
             "tests/studio/api/test_auto_train.py::test_the_genres_are_offered")  # fmt: skip


# A teacher

TEACHER = '''
"""Servers that tell a story line by line."""

import httpx

from models.base import Answer, Finish
from models.errors import Unavailable


class TellerModel:
    def __init__(self, name, model, key, *, base_url, provider, local):
        self.name, self.model, self.provider = name, model, provider
        self.client = client(key, base_url, local)

    def stream(self, messages, *, temperature=0.8, top_p=0.95, max_tokens=300, seed=None, stop=()):
        return TellerAnswer(self, [message.content for message in messages])


class TellerAnswer(Answer):
    def __init__(self, teller, said):
        self.model, self.finish, self._teller, self._said = teller.name, None, teller, said

    def __iter__(self):
        asked = {"model": self._teller.model, "said": self._said}
        try:
            with self._teller.client.stream("POST", "/tell", json=asked) as response:
                response.raise_for_status()
                for count, line in enumerate(response.iter_lines()):
                    yield line + " "
        except httpx.HTTPError:
            raise Unavailable(f"{self._teller.provider} cannot be reached.") from None
        self.finish = Finish("stop", 0, count)

    def close(self):
        self.finish = self.finish or Finish("closed", 0, 0)


def client(key, base_url, local):
    headers = {"Authorization": f"Teller {key}"}
    return httpx.Client(base_url=base_url, headers=headers, trust_env=not local)


open_model = TellerModel


def list_models(key, *, base_url, provider, local):
    return client(key, base_url, local).get("/models").json()
'''
TEACHER_CHECK = """
import sys
from engine.bootstrap import open_engine
from studio.web.components.provider_form import PRESETS

url, key = sys.stdin.read().split()
engine = open_engine()
engine.ensure_user("anna")
assert PRESETS["Teller"].kind == "teller"
teller = engine.teachers.add("Granny", "teller", base_url=url, model="old", key=key)
assert engine.teachers.models(teller.id) == ["old", "older"]
assert engine.teachers.test(teller.id).ok
engine.teachers.choose("anna", [teller.id])
writing = engine.write("anna", engine.start_story("anna", "A tale of a lighthouse.").id)
print("".join(writing))
assert writing.draft.model == "Granny · old", writing.draft.model
engine.teachers.update(teller.id, base_url="http://127.0.0.1:1", key="x")
assert engine.teachers.test(teller.id).error == "Granny cannot be reached."
"""


class Teller(Handler):
    """The server on loopback that the new teacher speaks with."""

    def answer(self, body: dict[str, Any], fault: str, text: str) -> None:
        assert self.headers["Authorization"] == f"Teller {KEY}"
        if not body:
            self.json(200, ["old", "older"])
        else:
            self.stream("text/plain", (f"{line}\n" for line in text.splitlines() if line))


def test_add_a_teacher(copy: Copy) -> None:
    read_recipe("Add a teacher", "models/<name>.py", "`MODULES` in `engine/teaching/models.py`")
    copy.append("models/teller.py", TEACHER)
    line = '    "openai": "models.openai_compatible",'
    copy.insert_after("engine/teaching/models.py", line, '    "teller": "models.teller",')
    with running(Teller) as server:
        told = copy.run("-c", TEACHER_CHECK, stdin=f"{server.url} {KEY}")
    assert " ".join(told.split()) in [" ".join(row["text"].split()) for row in good_texts()]
    assert "A tale of a lighthouse." in str(server.requests[-1].body)


# A page

PAGE = '''
"""Shelf: how many versions there are."""

import streamlit as st

from studio.web import session
from studio.web.connection import engine

st.title("Shelf")
st.text(f"{len(engine().versions(session.me()))} versions")
'''
PAGE_CHECK = """
from streamlit.testing.v1 import AppTest
from engine.bootstrap import open_engine
from studio.web.navigation import ROUTER, SCREENS

open_engine().ensure_user("anna")
app = AppTest.from_file(ROUTER, default_timeout=60)
app.query_params["who"] = "anna"
app.run()
app.switch_page(f"../../pages/{SCREENS[-1].file}").run()
assert not app.exception, app.exception
assert [each.value for each in app.title] == ["Shelf"]
assert "0 versions" in [each.value for each in app.text]
"""


def test_add_a_page(copy: Copy) -> None:
    read_recipe(
        "Add a page",
        "pages/<name>.py",
        "`SCREENS` in `studio/web/navigation.py`",
        "docs/screens.md",
    )
    copy.append("pages/shelf.py", PAGE)
    line = "    SETTINGS,"
    screen = '    Screen("Write", "shelf.py", "Shelf", ":material/shelves:"),'
    copy.insert_after("studio/web/navigation.py", line, screen)
    copy.append(
        "docs/screens.md", "\n## Shelf (`pages/shelf.py`)\n\nHow many versions there are.\n"
    )
    copy.run("-c", PAGE_CHECK)
    copy.run("-m", "pytest", "-q", "tests/test_docs.py", "-k", "page or dead")
