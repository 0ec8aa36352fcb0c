"""The book: its chapters, what makes pages of them (`render.py`), and what runs their code (`build.py`)."""
