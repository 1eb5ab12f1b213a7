"""Paintings of animals: a bird, a cat, a deer, a dog, a frog, a horse."""

from __future__ import annotations

import numpy as np

from samples.brush import ROW, Array, Color, Sheet, below

BLACK = (0.08, 0.07, 0.06)
CREAM = (0.93, 0.88, 0.79)


def blurred(seed: int, top: Color, bottom: Color, contrast: float) -> Sheet:
    """A background so far away that only patches of light are left."""
    sheet = Sheet(seed, top, bottom)
    sheet.rgb *= 1 + contrast * sheet.noise(3.5)[..., None]
    sheet.defocus(0.03)
    return sheet


def meadow(seed: int, horizon: float, sky: Color = (0.62, 0.76, 0.92)) -> Sheet:
    """Sky, a wood out of focus, and grass from the horizon down."""
    sheet = Sheet(seed, sky, (0.86, 0.91, 0.95), horizon)
    wood = np.clip((ROW - horizon + 0.17 + 0.06 * sheet.noise(5, 1)) / 0.03, 0, 1)
    sheet.paint(wood, (0.2, 0.33, 0.16), texture=0.45 * sheet.noise(9))
    grass = 0.25 * sheet.noise(6, 14) + 0.2 * sheet.noise(90, 24, 2)
    sheet.paint(below(horizon, 0.02), (0.42, 0.55, 0.2), texture=grass)
    sheet.defocus(0.008)
    return sheet


def eye(sheet: Sheet, x: float, y: float, radius: float, iris: Color, slit: bool = False) -> None:
    """An eye with its pupil and the light in it."""
    sheet.paint(sheet.ellipse(x, y, radius * 1.18), BLACK)
    sheet.paint(sheet.ellipse(x, y, radius), iris, 0.01)
    sheet.paint(
        sheet.ellipse(x, y, radius * (0.3 if slit else 0.6), radius * (0.85 if slit else 0.6)), (0.03, 0.03, 0.03)
    )
    sheet.paint(sheet.ellipse(x - radius * 0.3, y - radius * 0.35, radius * 0.22), (1, 1, 1))


def leg(sheet: Sheet, way: str, color: Color, texture: Array) -> None:
    """A leg, painted within its outline, growing softly out of the body; the last 4 % are the hoof."""
    outline = sheet.area(way)
    top, foot = ROW[outline > 0.5].min(), ROW[outline > 0.5].max()
    sheet.paint(outline * np.clip((ROW - top - 0.05) / 0.12, 0, 1), color, 0.03, texture)
    sheet.paint(outline * below(foot - 0.04), BLACK, 0.01)


def bird() -> Sheet:
    """A robin on a branch."""
    sheet = blurred(4, (0.62, 0.72, 0.5), (0.4, 0.55, 0.33), 0.45)
    feathers = 0.12 * sheet.noise(26, 60, 3)
    branch = sheet.stroke("-.02 .86, .3 .83, .65 .86, 1.02 .8", 0.032, 0.022)
    sheet.paint(branch, (0.36, 0.26, 0.18), 0.03, 0.3 * sheet.noise(12, 90, 3))
    sheet.paint(sheet.area(".66 .64, .78 .7, .97 .86, .93 .92, .86 .9, .64 .76"), (0.34, 0.27, 0.2), 0.02, feathers)
    body = sheet.area(
        ".3 .27, .37 .2, .48 .19, .56 .27, .66 .42, .76 .62, .72 .74, .58 .82, .4 .8, .29 .68, .26 .5, .27 .36"
    )
    sheet.paint(body, (0.52, 0.42, 0.31), 0.12, feathers)
    belly = sheet.area(".3 .62, .42 .6, .55 .66, .58 .8, .4 .8, .31 .71", soft=0.012)
    sheet.paint(belly * body, CREAM, 0.1, feathers)
    breast = sheet.area(".28 .29, .36 .25, .44 .34, .46 .52, .42 .64, .31 .65, .26 .5", soft=0.008)
    sheet.paint(breast * body, (0.93, 0.43, 0.12), 0.1, feathers)
    sheet.paint(
        sheet.area(".5 .42, .6 .44, .7 .57, .83 .76, .7 .73, .54 .66, .47 .54"), (0.4, 0.31, 0.22), 0.04, feathers
    )
    for k in range(4):
        quill = sheet.stroke(
            f"{0.55 + 0.02 * k} {0.53 + 0.04 * k}, {0.72 + 0.02 * k} {0.7 + 0.02 * k}", 0.004, soft=0.002
        )
        sheet.shade(quill, 0.45)
    sheet.paint(sheet.area(".3 .285, .2 .325, .31 .345", corners=True), (0.22, 0.18, 0.14), 0.01)
    eye(sheet, 0.375, 0.282, 0.024, (0.1, 0.06, 0.03))
    for x in (0.43, 0.52):
        sheet.paint(sheet.stroke(f"{x} .79, {x - 0.01} .85", 0.008), (0.5, 0.3, 0.2))
        sheet.paint(sheet.stroke(f"{x - 0.04} .855, {x + 0.02} .85", 0.007), (0.5, 0.3, 0.2))
    return sheet


def cat() -> Sheet:
    """The face of a grey tabby cat."""
    sheet = blurred(5, (0.74, 0.62, 0.5), (0.56, 0.42, 0.32), 0.25)
    grey, fur = (0.57, 0.5, 0.43), 0.16 * sheet.noise(50, 22, 3)
    sheet.paint(sheet.area(".2 1.05, .22 .8, .36 .68, .64 .68, .78 .8, .82 1.05"), grey, 0.1, fur)
    for right in (False, True):
        sheet.paint(sheet.area(".18 .44, .145 .2, .185 .07, .3 .14, .45 .28", mirror=right), grey, 0.03, fur)
        sheet.paint(
            sheet.area(".2 .36, .185 .2, .21 .15, .29 .22, .35 .29", soft=0.01, mirror=right), (0.78, 0.55, 0.48)
        )
    head = sheet.area(
        ".5 .2, .68 .23, .83 .38, .87 .56, .76 .72, .6 .81, .5 .82, .4 .81, .24 .72, .13 .56, .17 .38, .32 .23"
    )
    sheet.paint(head, grey, 0.16, fur)
    for way in (".5 .2, .5 .36", ".39 .2, .42 .36", ".61 .2, .58 .36"):
        sheet.shade(head * sheet.stroke(way, 0.016, 0.006, soft=0.006), 0.6)
    for right in (False, True):
        x = 0.665 if right else 0.335
        for way in (".12 .46, .26 .52", ".12 .53, .26 .59", ".12 .6, .26 .66"):
            sheet.shade(head * sheet.stroke(way, 0.013, 0.005, soft=0.006, mirror=right), 0.5)
        sheet.paint(sheet.ellipse(0.575 if right else 0.425, 0.675, 0.1, 0.075, soft=0.012), CREAM, 0.05, 0.6 * fur)
        eye(sheet, x, 0.475, 0.06, (0.62, 0.72, 0.25), slit=True)
    sheet.paint(sheet.ellipse(0.5, 0.755, 0.07, 0.05, soft=0.012), CREAM, 0, 0.6 * fur)
    sheet.paint(sheet.area(".45 .59, .55 .59, .5 .645"), (0.83, 0.48, 0.45), 0.02)
    for right in (False, True):
        sheet.shade(sheet.stroke(".5 .64, .485 .7, .42 .715", 0.006, mirror=right), 0.65)
        for way in (".4 .66, .22 .63, .04 .62", ".4 .68, .22 .67, .04 .69", ".4 .7, .22 .71, .04 .76"):
            sheet.paint(0.8 * sheet.stroke(way, 0.0035, 0.002, mirror=right), (0.97, 0.96, 0.94))
    return sheet


def deer() -> Sheet:
    """A stag at the edge of the wood, looking to the left."""
    sheet = meadow(7, 0.62)
    sheet.paint(1 - below(0.62, 0.05), (0.25, 0.36, 0.19), texture=0.55 * sheet.noise(6))
    sheet.defocus(0.02)
    tan, dark, fur = (0.66, 0.43, 0.24), (0.42, 0.27, 0.15), 0.1 * sheet.noise(50, 30, 3)
    sheet.shade(sheet.ellipse(0.6, 0.945, 0.33, 0.03, soft=0.015), 0.5)
    leg(sheet, ".43 .5, .52 .52, .52 .66, .49 .78, .49 .94, .455 .94, .46 .78, .44 .66", dark, fur)
    leg(sheet, ".68 .48, .8 .5, .79 .64, .8 .74, .78 .84, .775 .94, .74 .94, .745 .82, .755 .74, .7 .64", dark, fur)
    for way in (
        ".29 .21, .34 .14, .36 .07, .37 .02", ".34 .14, .4 .12, .43 .07", ".3 .18, .36 .18, .4 .16",
        ".24 .21, .19 .14, .17 .07, .17 .02", ".19 .14, .13 .12, .1 .07", ".22 .18, .16 .18, .12 .16",
    ):  # fmt: skip
        sheet.paint(sheet.stroke(way, 0.013, 0.006), (0.78, 0.66, 0.48), 0.01)
    body = sheet.area(
        ".33 .3, .4 .42, .52 .46, .68 .44, .82 .45, .88 .53, .88 .62, .78 .665, "
        ".62 .67, .47 .69, .37 .63, .3 .5, .25 .38, .25 .3"
    )
    sheet.paint(sheet.ellipse(0.885, 0.53, 0.025, 0.05, -20, soft=0.006), CREAM)
    sheet.paint(body, tan, 0.1, fur)
    sheet.paint(body * sheet.ellipse(0.6, 0.68, 0.16, 0.03, soft=0.012), (0.85, 0.72, 0.54))
    sheet.paint(sheet.area(".33 .23, .42 .18, .43 .22, .35 .28"), tan, 0.02)
    sheet.paint(sheet.area(".33 .21, .36 .3, .3 .38, .2 .41, .12 .4, .11 .35, .19 .29, .25 .2"), tan, 0.05, fur)
    sheet.paint(sheet.ellipse(0.125, 0.375, 0.02, 0.022), BLACK, 0.01)
    sheet.paint(sheet.ellipse(0.25, 0.285, 0.016), BLACK)
    sheet.paint(sheet.ellipse(0.245, 0.28, 0.004), (0.95, 0.95, 0.95))
    leg(sheet, ".31 .46, .42 .48, .45 .62, .42 .76, .42 .95, .38 .95, .385 .76, .35 .64", tan, fur)
    leg(
        sheet,
        ".72 .45, .86 .46, .9 .58, .87 .68, .895 .76, .87 .86, .865 .95, .825 .95, .83 .85, .85 .76, .79 .68",
        tan,
        fur,
    )
    return sheet


def dog() -> Sheet:
    """The face of a brown dog with hanging ears, its tongue out."""
    sheet = meadow(6, 0.35)
    sheet.defocus(0.02)
    brown, fur = (0.68, 0.44, 0.22), 0.14 * sheet.noise(40, 22, 3)
    sheet.paint(sheet.area(".16 1.05, .22 .82, .38 .7, .62 .7, .78 .82, .84 1.05"), brown, 0.1, fur)
    sheet.paint(sheet.area(".36 1.05, .4 .8, .6 .8, .64 1.05", soft=0.015), CREAM, 0, fur)
    head = sheet.area(
        ".5 .12, .66 .15, .76 .28, .76 .46, .69 .62, .62 .76, .5 .81, .38 .76, .31 .62, .24 .46, .24 .28, .34 .15"
    )
    sheet.paint(head, brown, 0.14, fur)
    blaze = sheet.area(".47 .14, .53 .14, .55 .38, .62 .55, .5 .66, .38 .55, .45 .38", soft=0.008)
    sheet.paint(blaze * head, CREAM, 0.05, fur)
    for right in (False, True):
        ear = sheet.area(".33 .15, .21 .17, .12 .33, .11 .55, .18 .62, .25 .48, .28 .3", mirror=right)
        sheet.paint(ear, (0.46, 0.27, 0.12), 0.05, fur)
        eye(sheet, 0.625 if right else 0.375, 0.38, 0.04, (0.3, 0.16, 0.06))
        sheet.shade(sheet.stroke(".43 .31, .32 .31", 0.008, soft=0.006, mirror=right), 0.35)
    sheet.paint(sheet.area(".44 .72, .56 .72, .57 .85, .5 .9, .43 .85"), (0.9, 0.45, 0.45), 0.03)
    for right in (False, True):
        sheet.paint(sheet.ellipse(0.575 if right else 0.425, 0.645, 0.1, 0.09, soft=0.006), CREAM, 0.06, 0.6 * fur)
        sheet.shade(sheet.stroke(".5 .66, .47 .72, .38 .715", 0.007, mirror=right), 0.75)
    sheet.paint(sheet.area(".42 .53, .5 .515, .58 .53, .56 .6, .5 .625, .44 .6"), BLACK, 0.03)
    return sheet


def frog() -> Sheet:
    """A green frog on a wet leaf, looking to the left."""
    sheet = blurred(10, (0.3, 0.34, 0.2), (0.2, 0.26, 0.12), 0.4)
    leaf = sheet.area("-.05 .8, .25 .68, .65 .66, 1.05 .74, 1.05 .98, .5 1.02, -.05 .98")
    sheet.paint(leaf, (0.34, 0.5, 0.16), 0.06, 0.12 * sheet.noise(5, 12))
    for k in range(5):
        sheet.shade(sheet.stroke(f"{0.1 + 0.2 * k} .84, {0.2 + 0.2 * k} .7", 0.005, 0.002, soft=0.003), -0.15)
    sheet.paint(sheet.stroke("-.02 .86, .5 .83, 1.02 .85", 0.007, soft=0.002), (0.5, 0.64, 0.28))
    sheet.shade(sheet.ellipse(0.5, 0.815, 0.4, 0.045, soft=0.015), 0.55)
    green, skin = (0.42, 0.62, 0.16), 0.14 * sheet.noise(14, 14, 3)
    body = sheet.area(
        ".1 .5, .16 .42, .3 .36, .45 .33, .62 .37, .8 .52, .88 .7, .8 .79, .55 .81, .32 .79, .22 .68, .12 .58"
    )
    sheet.paint(body, green, 0.12, skin)
    belly = sheet.area(".13 .58, .26 .585, .38 .62, .46 .8, .32 .79, .22 .68", soft=0.008)
    sheet.paint(belly * body, (0.87, 0.88, 0.62), 0.06, 0.5 * skin)
    for x, y, r in (
        (0.55, 0.43, 0.028),
        (0.66, 0.5, 0.033),
        (0.47, 0.5, 0.022),
        (0.75, 0.6, 0.026),
        (0.59, 0.56, 0.022),
    ):
        sheet.shade(sheet.ellipse(x, y, r, r * 0.75, 30, soft=0.005), 0.5)
    sheet.paint(sheet.area(".56 .78, .58 .64, .7 .56, .84 .6, .92 .74, .84 .81, .66 .82"), green, 0.07, skin)
    for way in (".66 .61, .645 .68", ".74 .63, .725 .7", ".82 .65, .805 .72"):
        sheet.shade(sheet.stroke(way, 0.014, 0.009, soft=0.005), 0.45)
    sheet.paint(sheet.area(".5 .83, .58 .79, .82 .8, .92 .82, .8 .86, .6 .865"), green, 0.03, skin)
    sheet.paint(sheet.stroke(".36 .64, .32 .74, .26 .83", 0.045, 0.024), green, 0.04, skin)
    for toe in (".17 .84", ".19 .88", ".26 .89"):
        sheet.paint(sheet.stroke(f".26 .83, {toe}", 0.014, 0.012), green, 0.015)
    sheet.shade(sheet.stroke(".1 .545, .2 .555, .34 .55, .4 .5", 0.006, soft=0.002), 0.65)
    sheet.paint(sheet.ellipse(0.31, 0.375, 0.085, 0.075), green, 0.05, skin)
    eye(sheet, 0.3, 0.375, 0.05, (0.88, 0.68, 0.15))
    sheet.shade(sheet.ellipse(0.13, 0.485, 0.008), 0.7)
    return sheet


def horse() -> Sheet:
    """A brown horse in a meadow, looking to the left."""
    sheet = meadow(8, 0.55)
    chestnut, dark, black = (0.55, 0.29, 0.13), (0.34, 0.17, 0.08), (0.1, 0.07, 0.05)
    fur = 0.08 * sheet.noise(24, 12, 3)
    sheet.shade(sheet.ellipse(0.6, 0.945, 0.36, 0.03, soft=0.015), 0.5)
    sheet.paint(sheet.area(".85 .42, .92 .43, .97 .56, .96 .78, .9 .76, .88 .55"), black, 0.02, 2 * fur)
    leg(sheet, ".44 .5, .55 .52, .54 .66, .5 .77, .51 .94, .465 .94, .46 .78, .44 .66", dark, fur)
    leg(sheet, ".68 .48, .8 .5, .79 .64, .8 .74, .77 .84, .775 .94, .725 .94, .725 .82, .745 .74, .7 .64", dark, fur)
    body = sheet.area(
        ".29 .16, .4 .23, .47 .34, .58 .4, .7 .38, .82 .38, .9 .48, .89 .61, .79 .665, .62 .67, "
        ".47 .69, .37 .63, .32 .5, .28 .38, .22 .32, .22 .22"
    )
    sheet.paint(body, chestnut, 0.13, fur)
    sheet.paint(sheet.area(".25 .15, .26 .05, .3 .07, .31 .16"), chestnut, 0.02)
    head = sheet.area(".29 .13, .33 .24, .27 .33, .19 .42, .12 .46, .07 .42, .1 .35, .17 .25, .23 .15")
    sheet.paint(head, chestnut, 0.06, fur)
    sheet.paint(head * sheet.ellipse(0.095, 0.425, 0.05, 0.05, soft=0.012), (0.24, 0.14, 0.09))
    sheet.paint(sheet.area(".2 .22, .22 .24, .13 .37, .11 .36", soft=0.004), CREAM)
    sheet.paint(sheet.ellipse(0.225, 0.235, 0.016), BLACK)
    sheet.paint(sheet.area(".25 .11, .36 .14, .45 .24, .52 .37, .46 .42, .4 .3, .33 .2"), black, 0.025, 2 * fur)
    leg(sheet, ".33 .48, .46 .48, .47 .63, .43 .76, .43 .95, .38 .95, .375 .77, .36 .64", chestnut, fur)
    leg(
        sheet,
        ".72 .4, .88 .42, .92 .56, .88 .67, .9 .75, .87 .85, .87 .95, .82 .95, .82 .84, .84 .75, .78 .68",
        chestnut,
        fur,
    )
    return sheet
