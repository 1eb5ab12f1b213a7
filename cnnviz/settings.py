"""What a person has chosen for good: frozen settings in one JSON file that holds only what differs from the defaults.

Loading and saving never fail: they answer with a sentence when something is wrong, so that the app starts anyway.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from cnnviz import paths
from cnnviz.request import ModelRequest

RECENT = 12
"""How many models and pictures are remembered."""


def _number(default: float, low: float, high: float) -> Any:
    return field(default=default, metadata={"low": low, "high": high})


def _choice(default: str, *others: str) -> Any:
    return field(default=default, metadata={"choices": (default, *others)})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults.

    Attributes
    ----------
    theme
        ``auto`` (as the system), ``light`` or ``dark``.
    interface_scale
        Size of the whole interface; 1 is the system's.
    colormap, colormap_signed, colormap_weights
        Colour maps of values that are never negative, of signed values and of weights; ``auto`` is the design's choice.
    memory_budget
        GiB that all kept traces may take together.
    device
        ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
    top_k
        Classes in the softmax panel.
    play_speed
        Steps a second while playing.
    tour_seen
        Whether the tour of the first start was taken or left.
    recent_models, recent_images
        What was opened last, newest first.

    Raises
    ------
    ValueError
        A value is of the wrong type or out of its range; the message names both.
    """

    theme: str = _choice("auto", "light", "dark")
    interface_scale: float = _number(1.0, 0.5, 3.0)
    colormap: str = "auto"
    colormap_signed: str = "auto"
    colormap_weights: str = "auto"
    memory_budget: float = _number(2.0, 0.0625, 1024.0)
    device: str = "auto"
    top_k: int = _number(5, 1, 1000)
    play_speed: float = _number(1.0, 0.1, 20.0)
    tour_seen: bool = False
    recent_models: tuple[ModelRequest, ...] = ()
    recent_images: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for known in fields(self):
            _check(known.name, getattr(self, known.name), known.default, known.metadata)

    @property
    def budget_bytes(self) -> int:
        """``memory_budget`` in bytes."""
        return int(self.memory_budget * 2**30)

    def opened(self, model: ModelRequest | None = None, images: tuple[str, ...] = ()) -> Settings:
        """The settings after a model or pictures were opened: remembered in front, each once.

        Consent to run a model's code is not remembered.
        """
        models = self.recent_models
        if model is not None:
            model = replace(model, trust=False, device="auto")
            models = (model, *(m for m in models if m.name != model.name))[:RECENT]  # with the latest answers
        pictures = tuple(dict.fromkeys((*images, *self.recent_images)))[:RECENT]
        return replace(self, recent_models=models, recent_images=pictures)


def load() -> tuple[Settings, str]:
    """The saved settings, and a sentence when not all of them could be read (empty otherwise)."""
    file = _file()
    try:
        saved = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"The settings in {file} cannot be read ({error.strerror}), so the defaults are used."
    except ValueError:  # broken JSON or broken UTF-8
        return Settings(), _put_aside(file)
    if not isinstance(saved, dict):
        return Settings(), _put_aside(file)
    return _parse(saved)


def save(settings: Settings) -> str:
    """Write what differs from the defaults; a sentence when that is not possible (empty otherwise)."""
    chosen = {f.name: getattr(settings, f.name) for f in fields(settings) if getattr(settings, f.name) != f.default}
    if "recent_models" in chosen:
        chosen["recent_models"] = [_model_to_json(model) for model in settings.recent_models]
    file = _file()
    try:
        _write(file, json.dumps(chosen, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        return f"The settings cannot be saved to {file}: {error.strerror}."
    return ""


def _file() -> Path:
    return paths.config() / "settings.json"


def _parse(saved: Mapping[str, Any]) -> tuple[Settings, str]:
    """Every setting that is sound; the others keep their defaults and are named."""
    settings = Settings()
    wrong = []
    for known in fields(Settings):
        if known.name not in saved:
            continue
        try:
            settings = replace(settings, **{known.name: _from_json(known.name, saved[known.name])})
        except (TypeError, ValueError) as error:
            wrong.append(str(error))
    if not wrong:
        return settings, ""
    return settings, f"The defaults are used where the saved settings are not valid: {'; '.join(wrong)}."


def _from_json(name: str, value: Any) -> Any:
    if name == "recent_models":
        return tuple(_model_from_json(entry) for entry in value)
    return tuple(value) if isinstance(value, list) else value


def _model_to_json(model: ModelRequest) -> dict[str, Any]:
    defaults = {f.name: f.default for f in fields(ModelRequest) if f.default is not MISSING}
    return {name: value for name, value in asdict(model).items() if name not in defaults or value != defaults[name]}


def _model_from_json(entry: Mapping[str, Any]) -> ModelRequest:
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in dict(entry).items()}
    return ModelRequest(**values)


def _check(name: str, value: object, default: object, limits: Mapping[str, Any]) -> None:
    kinds = (int, float) if isinstance(default, float) else type(default)
    if not isinstance(value, kinds) or (isinstance(value, bool) and not isinstance(default, bool)):
        raise ValueError(f"{name} cannot be {value!r}")
    if "choices" in limits and value not in limits["choices"]:
        raise ValueError(f"{name} is one of {', '.join(limits['choices'])}, not {value!r}")
    if "low" in limits and not limits["low"] <= value <= limits["high"]:
        raise ValueError(f"{name} is between {limits['low']:g} and {limits['high']:g}, not {value!r}")
    if isinstance(value, tuple):
        entry = ModelRequest if name == "recent_models" else str
        if not all(isinstance(item, entry) for item in value):
            raise ValueError(f"{name} cannot be {value!r}")


def _put_aside(file: Path) -> str:
    kept = file.with_suffix(".broken.json")
    try:
        file.replace(kept)
    except OSError:
        return f"The settings in {file} are not valid JSON, so the defaults are used."
    return f"The settings were not valid JSON, so the defaults are used; the broken file is kept as {kept}."


def _write(file: Path, text: str) -> None:
    """Beside the file first, then in its place: whoever reads it sees the old or the new one, never half of it."""
    handle, beside = tempfile.mkstemp(dir=file.parent, prefix=".settings-", suffix=".json")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        os.replace(beside, file)  # noqa: PTH105 (both are plain strings here)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)  # noqa: PTH108
        raise
