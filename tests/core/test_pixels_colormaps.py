"""Colour maps are judged by numbers: lightness after CIE 1976, colour blindness after Machado et al. 2009."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.colormaps import COLORMAPS, DIVERGING, SEQUENTIAL, WEIGHTS, fitting, lut, names
from cnnviz.core.errors import CnnvizError
from cnnviz.figure import GROUND, ZERO

DICHROMATS = {
    "protanope": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranope": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanope": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(rgb: np.ndarray) -> np.ndarray:
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear sRGB, for the white of D65."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    xyz = light @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def colours(name: str) -> np.ndarray:
    return lut(name)[:GROUND, :3] / 255


@pytest.mark.parametrize("name", COLORMAPS)
def test_tables_have_255_opaque_colours_and_a_transparent_ground(name: str) -> None:
    table = lut(name)
    assert table.shape == (256, 4)
    assert table.dtype == np.uint8
    assert (table[:GROUND, 3] == 255).all()
    assert table[GROUND].tolist() == [0, 0, 0, 0]
    assert not table.flags.writeable


@pytest.mark.parametrize("name", COLORMAPS)
def test_lightness_rises_or_falls_without_turning_back(name: str) -> None:
    lightness = lab(linear(colours(name)))[:, 0]
    halves = [lightness] if COLORMAPS[name] == SEQUENTIAL else [lightness[: ZERO + 1], lightness[ZERO:]]
    for half in halves:
        steps = np.diff(half) * np.sign(half[-1] - half[0])
        assert steps.min() > -0.35  # the rounding to 8 bits, and the dark ends of magma
        assert abs(half[-1] - half[0]) > 55


@pytest.mark.parametrize("name", COLORMAPS)
def test_no_step_is_much_larger_than_the_others(name: str) -> None:
    steps = np.linalg.norm(np.diff(lab(linear(colours(name))), axis=0), axis=1)
    smooth = np.convolve(steps, np.ones(9) / 9, "valid")  # 8-bit colours step unevenly
    assert smooth.max() < 2 * smooth.mean()


@pytest.mark.parametrize("name", [name for name, category in COLORMAPS.items() if category != SEQUENTIAL])
@pytest.mark.parametrize("kind", DICHROMATS)
def test_signs_stay_apart_for_the_colour_blind(name: str, kind: str) -> None:
    seen = lab(np.clip(linear(colours(name)) @ np.array(DICHROMATS[kind]).T, 0, 1))
    for strength in (30, 64, 100):  # of 127 steps away from zero
        assert np.linalg.norm(seen[ZERO - strength] - seen[ZERO + strength]) > 15


@pytest.mark.parametrize("name", [name for name, category in COLORMAPS.items() if category != SEQUENTIAL])
def test_zero_has_the_middle_colour_and_it_is_neutral(name: str) -> None:
    chroma = np.linalg.norm(lab(linear(colours(name)))[:, 1:], axis=1)
    assert chroma[ZERO] < 12
    assert chroma[ZERO] < 0.5 * chroma[[ZERO - 60, ZERO + 60]].min()


def test_white_is_zero_in_the_default_maps() -> None:
    assert lut("RdBu_r")[ZERO].tolist() == [247, 247, 247, 255]  # published by ColorBrewer
    assert lut("PuOr_r")[ZERO].tolist() == [247, 247, 247, 255]
    assert lut("RdBu_r")[0, :3].tolist() == [5, 48, 97]
    assert lut("RdBu_r")[254, :3].tolist() == [103, 0, 31]
    assert lut("viridis")[0, :3].tolist() == [68, 1, 84]


def test_weights_never_look_like_activations() -> None:
    assert not set(names(WEIGHTS)[1:]) & set(names(SEQUENTIAL, DIVERGING)[1:])
    assert set(names(WEIGHTS, SEQUENTIAL, DIVERGING)) == {"auto", *COLORMAPS}


def test_a_partner_stands_in_where_the_other_kind_is_needed() -> None:
    assert fitting("auto", SEQUENTIAL) == "viridis"
    assert fitting("auto", DIVERGING) == "RdBu_r"
    assert fitting("auto", WEIGHTS) == "PuOr_r"
    for name in names(SEQUENTIAL, DIVERGING)[1:]:
        for category in (SEQUENTIAL, DIVERGING):
            assert COLORMAPS[fitting(name, category)] == category
        assert fitting(name, COLORMAPS[name]) == name


def test_wrong_names_are_answered_with_a_sentence() -> None:
    with pytest.raises(CnnvizError, match="no colour map 'jet'; take one of RdBu_r"):
        lut("jet")
    with pytest.raises(CnnvizError, match="not for weights; take one of auto, PuOr_r, BrBG"):
        fitting("viridis", WEIGHTS)
    with pytest.raises(CnnvizError, match="not for diverging"):
        fitting("PuOr_r", DIVERGING)
