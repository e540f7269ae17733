"""What a person chooses for an import, and an example of a row by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from engine.data.pairs import Prompts, check_prompts, continuation_prompt, instruction_prompt
from engine.data.rows import Row
from engine.domain.example import Author, Source
from engine.domain.kind import Kind
from engine.errors import InvalidInput
from engine.kinds.catalog import check_category
from engine.quality.judge import rate
from engine.quality.score import Scorer
from engine.store.examples import NewExample


@dataclass(frozen=True)
class Choices:
    """`prompts` is for passages and for rows without a prompt; the rest for rows that do not say.

    Passages are always a person's. Rows are the teacher's unless they or `author` say otherwise.
    """

    prompts: Prompts
    author: Author
    kind: Kind
    genre: str | None

    @classmethod
    def checked(cls, prompts: str, author: str, kind: Kind, genre: str | None) -> Self:
        """The choices of these names. Raises `InvalidInput`."""
        if author not in (Author.TEACHER, Author.PERSON):
            raise InvalidInput("author", f"must be teacher or person, got {author!r}")
        check_category(kind, genre)
        return cls(check_prompts(prompts), Author(author), kind, genre)

    def as_request(self) -> dict[str, Any]:
        """What a job keeps of them."""
        return {
            "prompts": self.prompts.value,
            "author": self.author.value,
            "kind": self.kind.name,
            "genre": self.genre,
        }

    def prompt_of(self, row: Row, scorer: Scorer, said: str = "") -> str:
        """What is asked for the row: its own prompt, what the teacher `said`, or one that is made."""
        if row.prompt or said:
            return row.prompt or said
        if self.prompts is Prompts.CONTINUATION:
            return continuation_prompt(row.before)
        return instruction_prompt(row.completion, scorer)

    def problem_of(self, row: Row) -> str:
        """Why the row is refused; empty where it is not."""
        if row.problem or row.before or not self._goes_on(row):
            return row.problem
        return "no end of a first sentence is found in it, so there is nothing to go on from"

    def text_of(self, row: Row) -> str:
        """The row's text; where its first sentence is what is gone on from, without that."""
        return row.rest if row.rest and self._goes_on(row) else row.completion

    def _goes_on(self, row: Row) -> bool:
        return not row.prompt and self.prompts is Prompts.CONTINUATION

    def example_of(
        self, row: Row, prompt: str, scorer: Scorer, *, user_id: str, name: str, is_prose: bool
    ) -> NewExample:
        """The row as an example, with its score. Prose is judged without its prompt, which a
        passage of one's own need not keep to."""
        genre = row.genre if row.genre in self.kind.categories else self.genre
        author = row.author or self.author
        text = self.text_of(row)
        asked = "" if author is Author.PERSON else prompt
        return NewExample(
            user_id=user_id,
            kind=self.kind.name,
            genre=genre,
            style=row.style or None,
            seed_prompt=f"{name}, passage {row.number}" if is_prose else prompt,
            prompt=prompt,
            completion=text,
            source=Source.OWN_WRITING if is_prose else Source.IMPORT,
            author=author,
            generator=row.generator or (user_id if author is Author.PERSON else "import"),
            quality=rate(scorer, self.kind, text, prompt=asked, genre=genre),
            split_group=row.group,
        )
