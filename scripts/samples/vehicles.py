"""Paintings of what people build: an airplane, an automobile, a ship, a truck."""

from __future__ import annotations

import numpy as np

from samples.brush import ROW, Sheet, below

WHITE = (0.93, 0.94, 0.95)
GLASS = (0.16, 0.21, 0.28)
RUBBER = (0.09, 0.09, 0.1)


def road(seed: int, horizon: float, kerb: float) -> Sheet:
    """Sky, trees out of focus, a kerb and asphalt."""
    sheet = Sheet(seed, (0.6, 0.74, 0.9), (0.88, 0.92, 0.95), horizon)
    wood = np.clip((ROW - horizon + 0.2 + 0.08 * sheet.noise(6, 1)) / 0.03, 0, 1)
    sheet.paint(wood, (0.24, 0.36, 0.2), texture=0.45 * sheet.noise(9))
    sheet.paint(below(horizon, 0.02), (0.47, 0.56, 0.3), texture=0.2 * sheet.noise(20, 30, 2))
    sheet.paint(below(kerb), (0.5, 0.5, 0.51), texture=0.06 * sheet.noise(60, 30, 3))
    sheet.paint(below(kerb) - below(kerb + 0.018), (0.74, 0.73, 0.7))
    sheet.defocus(0.007)
    return sheet


def wheel(sheet: Sheet, x: float, y: float, radius: float) -> None:
    """A tyre and a rim with five holes, in a dark arch."""
    sheet.paint(sheet.ellipse(x, y - 0.01, radius * 1.2) * (1 - below(y + 0.02)), (0.04, 0.04, 0.045))
    sheet.paint(sheet.ellipse(x, y, radius), RUBBER, 0.012)
    sheet.paint(sheet.ellipse(x, y, radius * 0.62), (0.72, 0.73, 0.76), 0.012)
    for angle in np.arange(5) * 2 * np.pi / 5 + 0.3:
        hole = sheet.ellipse(x + radius * 0.38 * np.cos(angle), y + radius * 0.38 * np.sin(angle), radius * 0.13)
        sheet.paint(hole, (0.2, 0.2, 0.22))
    sheet.paint(sheet.ellipse(x, y, radius * 0.14), (0.5, 0.5, 0.54))


def airplane() -> Sheet:
    """A jet above the clouds, flying to the left."""
    sheet = Sheet(1, (0.24, 0.46, 0.8), (0.74, 0.87, 0.97))
    sheet.paint(np.clip(1.3 * sheet.noise(3, 5, 5) + 1.8 * (ROW - 0.78), 0, 1), (0.97, 0.98, 1.0))
    sheet.defocus(0.006)
    far, near = (0.62, 0.66, 0.72), (0.8, 0.82, 0.86)
    sheet.paint(sheet.area(".5 .47, .66 .3, .71 .29, .64 .47", corners=True), far)
    sheet.paint(sheet.area(".83 .44, .93 .37, .96 .37, .92 .45", corners=True), far)
    sheet.paint(sheet.area(".76 .45, .89 .22, .955 .21, .93 .43", corners=True), (0.13, 0.28, 0.6), 0.02)
    hull = sheet.area(
        ".04 .55, .09 .5, .2 .465, .5 .45, .78 .43, .95 .405, "
        ".955 .425, .82 .51, .62 .575, .36 .605, .14 .605, .06 .585"
    )
    sheet.paint(hull, WHITE, 0.06)
    for x in np.linspace(0.19, 0.78, 26):
        sheet.paint(sheet.ellipse(x, 0.523 - 0.075 * (x - 0.19), 0.006, 0.008), GLASS)
    sheet.paint(sheet.area(".075 .528, .105 .508, .125 .505, .12 .525", corners=True), GLASS)
    sheet.shade(sheet.area(".36 .58, .62 .62, .64 .56, .42 .55", soft=0.01), 0.3)
    sheet.paint(sheet.area(".38 .555, .58 .56, .79 .81, .74 .815, .63 .74", corners=True), near, 0.02)
    sheet.paint(sheet.ellipse(0.5, 0.695, 0.065, 0.032, 4), (0.86, 0.87, 0.9), 0.03)
    sheet.paint(sheet.ellipse(0.44, 0.692, 0.012, 0.028), (0.15, 0.16, 0.2))
    sheet.paint(sheet.area(".8 .47, .89 .455, .985 .53, .95 .535", corners=True), near, 0.015)
    return sheet


def automobile() -> Sheet:
    """A red saloon car at the kerb."""
    sheet = road(2, 0.42, 0.6)
    red = (0.8, 0.1, 0.1)
    sheet.shade(sheet.ellipse(0.5, 0.795, 0.47, 0.04, soft=0.015), 0.75)
    body = sheet.area(
        ".035 .66, .05 .575, .13 .535, .27 .51, .36 .395, .46 .355, .62 .355, .72 .4, "
        ".81 .505, .93 .535, .965 .6, .965 .7, .93 .76, .5 .775, .07 .76, .035 .72"
    )
    sheet.paint(body, red, 0.05)
    sky_in_glass = 4.8 * np.clip(0.52 - ROW, 0, 1)
    sheet.paint(sheet.area(".31 .51, .385 .405, .46 .385, .525 .382, .53 .51", corners=True), GLASS, 0, sky_in_glass)
    sheet.paint(sheet.area(".56 .51, .553 .382, .625 .385, .69 .42, .755 .51", corners=True), GLASS, 0, sky_in_glass)
    for x in (0.29, 0.542, 0.765):
        sheet.shade(sheet.stroke(f"{x} .52, {x + 0.005} .74", 0.003), 0.45)
    for x in (0.35, 0.6):
        sheet.paint(sheet.box(x, 0.553, x + 0.05, 0.565), (0.95, 0.6, 0.55))
    sheet.shade(sheet.area(".05 .7, .95 .7, .93 .775, .07 .775", corners=True), 0.35)
    sheet.paint(sheet.ellipse(0.068, 0.605, 0.028, 0.022, -20), (0.97, 0.95, 0.85), 0.01)
    sheet.paint(sheet.ellipse(0.947, 0.595, 0.016, 0.026), (0.55, 0.02, 0.03))
    sheet.paint(sheet.area(".28 .5, .325 .49, .33 .515, .29 .52"), red, 0.01)
    wheel(sheet, 0.225, 0.745, 0.085)
    wheel(sheet, 0.765, 0.745, 0.085)
    return sheet


def ship() -> Sheet:
    """A freighter on the open sea."""
    sheet = Sheet(3, (0.42, 0.62, 0.86), (0.88, 0.92, 0.95), 0.6)
    sheet.paint(np.clip(1.1 * sheet.noise(2.5, 6, 5) - 2 * np.abs(ROW - 0.25), 0, 0.8), (0.97, 0.97, 0.98))
    sheet.paint(below(0.6, 0.006), (0.16, 0.38, 0.56), texture=0.2 * sheet.noise(8, 50, 3) - 0.35 * (ROW - 0.6))
    sheet.defocus(0.004)
    sheet.paint(sheet.area(".73 .15, .8 .14, .81 .3, .73 .3", corners=True), (0.78, 0.16, 0.12), 0.02)
    sheet.paint(sheet.area(".73 .15, .8 .14, .802 .17, .73 .178", corners=True), RUBBER)
    sheet.paint(sheet.box(0.67, 0.245, 0.8, 0.53), WHITE, 0.015)
    sheet.paint(sheet.area(".64 .3, .84 .3, .85 .53, .63 .53", corners=True), WHITE, 0.015)
    for y in (0.28, 0.335, 0.42):
        left, right = (0.69, 0.78) if y < 0.3 else (0.66, 0.82)
        for x in np.linspace(left, right, 6):
            sheet.paint(sheet.ellipse(x, y, 0.008, 0.011), GLASS)
    for x, color in (
        (0.2, (0.75, 0.4, 0.15)),
        (0.31, (0.3, 0.5, 0.4)),
        (0.42, (0.7, 0.62, 0.3)),
        (0.53, (0.55, 0.25, 0.2)),
    ):
        sheet.paint(sheet.box(x, 0.43, x + 0.095, 0.54), color, 0.012)
    for x in (0.255, 0.475):
        sheet.paint(sheet.stroke(f"{x} .24, {x} .5", 0.004, 0.007), (0.85, 0.83, 0.76))
        for end in (x - 0.1, x + 0.1):
            sheet.paint(sheet.stroke(f"{x} .27, {end} .42", 0.003), (0.8, 0.78, 0.7))
    hull = sheet.area(
        ".03 .475, .15 .515, .5 .53, .95 .515, .93 .64, .905 .7, .15 .7, .09 .6",
        corners=True,
    )
    sheet.paint(hull, (0.12, 0.17, 0.27), 0.03)
    sheet.paint(hull * below(0.655), (0.58, 0.14, 0.12))
    sheet.paint(hull * (below(0.532) - below(0.544)), WHITE)
    sheet.shade(sheet.area(".1 .7, .93 .7, .86 .8, .2 .79", soft=0.015), 0.5)
    wash = sheet.area("0 .71, .14 .685, .5 .697, .95 .69, 1.02 .715, .5 .725, .1 .735", soft=0.006)
    sheet.paint(wash * np.clip(sheet.noise(40, 90, 3) + 0.55, 0, 1), (0.93, 0.96, 0.98))
    return sheet


def truck() -> Sheet:
    """A delivery truck with a white box, driving to the right."""
    sheet = road(9, 0.5, 0.66)
    orange = (0.88, 0.42, 0.07)
    sheet.shade(sheet.ellipse(0.5, 0.86, 0.48, 0.035, soft=0.014), 0.75)
    sheet.paint(sheet.box(0.05, 0.7, 0.95, 0.79), (0.15, 0.15, 0.17))
    sheet.paint(sheet.box(0.03, 0.17, 0.665, 0.725), WHITE, 0, 0.05 * sheet.noise(3) - 0.1 * (ROW - 0.2))
    for x in np.linspace(0.03, 0.66, 10):
        sheet.shade(sheet.box(x - 0.002, 0.18, x + 0.002, 0.72), 0.18)
    sheet.paint(sheet.box(0.03, 0.5, 0.665, 0.575), (0.9, 0.45, 0.08))
    sheet.shade(sheet.box(0.03, 0.7, 0.665, 0.725), 0.4)
    cab = sheet.area(".69 .34, .72 .31, .86 .31, .905 .36, .945 .53, .97 .57, .97 .78, .69 .78", corners=True)
    sheet.paint(cab, orange, 0.03)
    window = sheet.area(".745 .37, .865 .365, .905 .53, .745 .535", corners=True)
    sheet.paint(window, GLASS, 0, 4 * np.clip(0.52 - ROW, 0, 1))
    sheet.shade(sheet.box(0.732, 0.36, 0.738, 0.75), 0.45)
    sheet.paint(sheet.box(0.755, 0.57, 0.8, 0.585), (0.25, 0.15, 0.1))
    sheet.paint(sheet.ellipse(0.945, 0.665, 0.017, 0.025), (0.98, 0.96, 0.85), 0.01)
    sheet.paint(sheet.box(0.87, 0.745, 0.985, 0.79), (0.2, 0.2, 0.22))
    for x in (0.17, 0.345, 0.815):
        wheel(sheet, x, 0.795, 0.078)
    return sheet
