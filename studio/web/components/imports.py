"""The Import tab: upload, see what it gives, save; and what was taken in before, with a way back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.data.pairs import Prompts
from engine.data.preview import FilePreview, ImportPreview
from engine.data.readers import ENDINGS, MOST_FILES, MOST_MB, Upload
from engine.domain.example import Author
from engine.engine import Engine
from engine.errors import EngineError
from studio.web import session
from studio.web.components.errors import told
from studio.web.components.past_imports import past_imports
from studio.web.components.prose import prose
from studio.web.navigation import AUTO_TRAIN
from studio.web.wording import genre_label, plain, shortened, size

PROMPTS = {
    Prompts.CONTINUATION: "Go on from the sentence before it",
    Prompts.INSTRUCTION: "Write about what is in it",
    Prompts.TEACHER: "What the teacher says it answers",
}
AUTHORS = {Author.TEACHER: "A model", Author.PERSON: "A person"}
KINDS = {"pair": "Two files, line by line"}
NO_GENRE = "none"
WIDTHS = {"File": 150, "Size": 80, "Read as": 110, "Kept": 60, "Refused": 75, "Words": 75}
GLANCE = 600  # letters of a sample
SHOWN_FILES = 300  # pixels of the table


def show_import(studio: Engine) -> None:
    """What to bring, what it would give, and what was brought before."""
    st.markdown(
        "Bring your own writing, or prompts with answers from elsewhere. You see what comes of it "
        "before anything is saved."
    )
    files = chosen_files()
    choices = chosen(studio)
    if files:
        preview = preview_of(studio, files, choices)
        if preview is not None:
            show_preview(preview)
            save(studio, files, choices, preview)
    past_imports(studio)
    to_training(studio)


def to_training(studio: Engine) -> None:
    """The way on, once there is enough to train on."""
    ready = studio.readiness(session.me())
    if ready.can_train and studio.imports.list(session.me(), limit=1):
        st.caption(
            f"There are {ready.total:,} examples to train on, {ready.examples:,} of them new."
        )
        if st.button("Train my model", icon=AUTO_TRAIN.icon):
            st.switch_page(AUTO_TRAIN.path)


def chosen_files() -> list[UploadedFile]:
    """The uploaded files; after they were saved the field is empty again."""
    return st.file_uploader(
        f"Manuscripts ({', '.join(ENDINGS[:4])}) or rows ({', '.join(ENDINGS[4:])}), "
        f"up to {MOST_FILES} files and {MOST_MB} MB",
        type=[ending[1:] for ending in ENDINGS],
        accept_multiple_files=True,
        max_upload_size=MOST_MB,
        key=session.widget(f"import/files/{session.value('import/round', 0)}"),
    )


def chosen(studio: Engine) -> dict[str, str | None]:
    """How passages are asked for, who wrote rows that do not say, and the genre of all."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        prompts = st.selectbox(
            "The prompt of a passage",
            list(PROMPTS),
            format_func=PROMPTS.__getitem__,
            key=session.widget("import/prompts"),
            persist_state="session",
            width=290,
        )
        author = st.selectbox(
            "Rows were written by",
            list(AUTHORS),
            format_func=AUTHORS.__getitem__,
            key=session.widget("import/author"),
            persist_state="session",
            help="For rows that do not say it themselves. Manuscripts count as written by you.",
            width=190,
        )
        genre = st.selectbox(
            "Genre",
            [NO_GENRE, *studio.genres()],
            format_func=lambda name: "None" if name == NO_GENRE else genre_label(name),
            key=session.widget("import/genre"),
            persist_state="session",
            width=160,
        )
    return {"prompts": prompts, "author": author, "genre": None if genre == NO_GENRE else genre}


def uploads(files: Sequence[UploadedFile]) -> list[Upload]:
    return [Upload(file.name, file.getvalue()) for file in files]


def preview_of(
    studio: Engine, files: Sequence[UploadedFile], choices: dict[str, str | None]
) -> ImportPreview | None:
    """What the files give by these choices; read again only when either changes."""
    asked = (tuple(file.file_id for file in files), tuple(choices.values()))
    known = session.value("import/preview")
    if known is not None and known[0] == asked:
        found: ImportPreview = known[1]
        return found
    with told(safe="Nothing was saved yet."), st.spinner("Reading your files"):
        found = studio.imports.preview(session.me(), uploads(files), **choices)  # type: ignore[arg-type]
        session.set_value("import/preview", (asked, found))
        return found
    return None


def show_preview(preview: ImportPreview) -> None:
    """Figures of all files, a line for each, and what one of them gives."""
    with st.container(horizontal=True):
        st.metric("Would be kept", f"{preview.accepted:,}", width="content")
        st.metric("Refused", f"{preview.rejected:,}", width="content")
        st.metric("Words", f"{preview.words:,}", width="content")
    left = [file for file in preview.files if file.problem]
    if left:
        count = f"{len(left)} file{'' if len(left) == 1 else 's'} cannot be read as a whole"
        st.warning(plain(f"{count}: the table says why. The rest is taken in all the same."))
    st.dataframe(
        [line(file) for file in preview.files],
        hide_index=True,
        column_config={
            name: st.column_config.Column(width=pixels) for name, pixels in WIDTHS.items()
        }
        | {"Words": st.column_config.NumberColumn(format="localized", width=WIDTHS["Words"])},
        height="content" if len(preview.files) < 8 else SHOWN_FILES,
        key=session.widget("import/table"),
    )
    telling = [file for file in preview.files if file.samples or file.refused]
    if telling:
        look_into(telling)
    if preview.sends_to:
        st.info(plain(f"Every passage will be sent to {preview.sends_to}."), icon=":material/send:")


def line(file: FilePreview) -> dict[str, object]:
    """A file as a row of the table."""
    return {
        "File": file.name,
        "Size": size(file.size),
        "Read as": " ".join(filter(None, (KINDS.get(file.kind, file.kind), file.encoding))),
        "Kept": file.accepted,
        "Refused": file.rejected,
        "Words": file.words,
        "Why not": file.problem or "",
    }


def look_into(files: Sequence[FilePreview]) -> None:
    """Samples of one file, and rows of it that are refused."""
    by_name = {f"{number}. {file.name}": file for number, file in enumerate(files, 1)}
    name = st.selectbox("Look into", list(by_name), key=session.widget("import/look"))
    file = by_name[name]
    for sample in file.samples:
        with st.container(border=True, gap="xsmall"):
            st.caption("Prompt")
            prose(shortened(sample.prompt, GLANCE))
            st.caption("Text")
            prose(shortened(sample.text, GLANCE))
    if file.refused:
        with st.expander(f"Refused rows ({file.rejected:,})"):
            for row in file.refused:
                st.markdown(plain(f"Row {row.row}: {row.reason}."))
            if file.rejected > len(file.refused):
                st.caption("These are the first. All of them are listed once it is saved.")


def save(
    studio: Engine,
    files: Sequence[UploadedFile],
    choices: dict[str, str | None],
    preview: ImportPreview,
) -> None:
    """One button; the files go to the worker and the field is empty again."""
    count = preview.accepted
    st.button(
        f"Save {count:,} example{'' if count == 1 else 's'}",
        type="primary",
        icon=":material/save:",
        disabled=not count,
        on_click=save_now,
        args=(studio, files, choices),
    )


def save_now(studio: Engine, files: Sequence[UploadedFile], choices: dict[str, str | None]) -> None:
    """What came of it is told in the run that follows."""
    try:
        studio.imports.add(session.me(), uploads(files), **choices)  # type: ignore[arg-type]
    except EngineError as error:
        session.fail(session.Failure(str(error), error.code))
        return
    session.set_value("import/round", session.value("import/round", 0) + 1)
    session.forget("import/preview")
    session.notice("Saving. It goes on when you leave this page.")
