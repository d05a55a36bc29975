"""What every test of the settings needs: a text as a file, and what becomes of it."""

import pytest

from callcore import settings


@pytest.fixture
def load(tmp_path):
    """Loads a text as settings."""

    def load_text(text: str, **environ: str) -> settings.Settings:
        path = tmp_path / "callcore.yaml"
        path.write_text(text)
        return settings.load(path, environ)

    return load_text


@pytest.fixture
def faults(tmp_path):
    """The lines an operator sees, without the directory."""

    def lines_of(text: str | bytes, **environ: str) -> list[str]:
        path = tmp_path / "callcore.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(settings.SettingsError) as caught:
            settings.load(path, environ)
        assert len(caught.value.faults) == len(str(caught.value).splitlines())
        return str(caught.value).replace(f"{tmp_path}/", "").splitlines()

    return lines_of
