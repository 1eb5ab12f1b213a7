"""How ordinary widgets look: one style sheet for the application, made from the theme's colours and scale.

Words are roles: ``widget.setProperty("role", "card")``.

Frames: ``card``, ``panel``, ``bar``, ``well``, ``line``, ``vline``, ``overlay``, ``segment``.
Labels: ``dim``, ``small``, ``tiny``, ``strong``, ``heading``, ``title``, ``section``, ``mono``, ``big-number``,
``accent``, ``ok``, ``warning``, ``error``, ``chip``, ``key``, ``hint``.
Buttons: ``accent``, ``quiet``, ``link``, ``chip``; tool buttons: ``button``, ``accent``, ``chip``, ``small``,
``section``.
Combo boxes: ``quiet``. Line edits: ``plain``. Text edits: ``mono``, ``prose``.
Frames of messages: ``message-error``, ``message-warning``, ``message-info``.
Frames of the tray: ``drop-zone``, ``drop-zone-active``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_COMMON = """
QPushButton, QToolButton, QCheckBox, QRadioButton, QMenu, QLineEdit, QComboBox, QTabBar, QListView, QTreeView {
    icon-size: 16px;
}
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }
QMainWindow, QDialog { background: $ground; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }
QSplitter::handle { background: transparent; }
QSplitter::handle:horizontal { width: 8px; }
QSplitter::handle:vertical { height: 8px; }
QSplitter::handle:hover { background: $hover; }

QFrame[role="card"] { background: $panel; border: 1px solid $line; border-radius: 10px; }
QFrame[role="panel"] { background: $panel; border: none; }
QFrame[role="bar"] { background: $panel; border: none; }
QFrame[role="well"] { background: $sunken; border: none; border-radius: 6px; }
QFrame[role="line"] { background: $line; border: none; min-height: 1px; max-height: 1px; }
QFrame[role="vline"] { background: $line; border: none; min-width: 1px; max-width: 1px; }
QFrame[role="overlay"] { background: $panel; border: 1px solid $border; border-radius: 12px; }
QFrame[role="segment"] { background: $sunken; border: 1px solid $line; border-radius: 8px; }

QFrame[role="drop-zone"] { background: transparent; border: 1px dashed $border; border-radius: 8px; }
QFrame[role="drop-zone-active"] { background: $selected; border: 1px dashed $accent; border-radius: 8px; }
QFrame[role="message-error"] { background: $error-ground; border: 1px solid $error; border-radius: 8px; }
QFrame[role="message-warning"] { background: $warning-ground; border: 1px solid $warning; border-radius: 8px; }
QFrame[role="message-info"] { background: $info-ground; border: 1px solid $info; border-radius: 8px; }

QLabel { background: transparent; border: none; }
QLabel[role="dim"] { color: $dim; }
QLabel[role="small"] { color: $dim; font-size: 12px; }
QLabel[role="tiny"] { color: $dim; font-size: 11px; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="heading"] { font-size: 14px; font-weight: 600; }
QLabel[role="title"] { font-size: 18px; font-weight: 600; }
QLabel[role="section"] {
    color: $dim; font-size: 11px; font-weight: 600; letter-spacing: 1px; text-transform: uppercase;
}
QLabel[role="mono"] { font-family: "$mono"; font-size: 12px; }
QLabel[role="big-number"] { font-family: "$mono"; font-size: 20px; font-weight: 600; }
QLabel[role="accent"] { color: $accent; }
QLabel[role="ok"] { color: $ok; }
QLabel[role="warning"] { color: $warning; }
QLabel[role="error"] { color: $error; }
QLabel[role="chip"] { background: $raised; color: $text; border-radius: 6px; padding: 2px 6px; font-size: 11px; }
QLabel[role="key"] {
    background: $raised; color: $text; border: 1px solid $border; border-radius: 4px; padding: 1px 5px; font-size: 11px;
}
QLabel[role="hint"] {
    background: $raised; color: $text; border: 1px solid $border; border-radius: 8px; padding: 6px 12px;
}
QLabel:disabled { color: $faint; }
"""

_BUTTONS = """
QPushButton {
    background: $raised; color: $text; border: 1px solid $line; border-radius: 6px;
    padding: 4px 12px; min-height: 18px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $pressed; }
QPushButton:checked { background: $hover; border-color: $accent; }
QPushButton:focus { border: 1px solid $focus; }
QPushButton:disabled { color: $faint; background: $panel; }
QPushButton::menu-indicator {
    image: url($chevron-down@dim); width: 12px; height: 12px; subcontrol-position: right center; right: 6px;
}
QPushButton[role="accent"] { background: $accent; color: $on-accent; border: 1px solid $accent; font-weight: 600; }
QPushButton[role="accent"]:hover { background: $accent-hover; border-color: $accent-hover; }
QPushButton[role="accent"]:pressed { background: $accent-pressed; border-color: $accent-pressed; }
QPushButton[role="accent"]:focus { border: 2px solid $text; padding: 3px 11px; }
QPushButton[role="accent"]:disabled { background: $raised; color: $faint; border-color: $line; }
QPushButton[role="quiet"] { background: transparent; border: 1px solid transparent; padding: 3px 8px; }
QPushButton[role="quiet"]:hover { background: $hover; }
QPushButton[role="quiet"]:pressed { background: $pressed; }
QPushButton[role="quiet"]:focus { border-color: $focus; }
QPushButton[role="link"] {
    background: transparent; color: $accent; border: 1px solid transparent; padding: 0 6px; min-height: 20px;
}
QPushButton[role="link"][tight="true"] { min-height: 0; padding: 0 4px; border-radius: 3px; }
QPushButton[role="link"]:disabled { color: $dim; }
QPushButton[role="link"]:hover { background: $hover; }
QPushButton[role="link"]:focus { border-color: $focus; }
QPushButton[role="chip"], QToolButton[role="chip"] {
    background: $raised; border: 1px solid $line; border-radius: 8px; padding: 4px 10px;
}
QPushButton[role="chip"]:hover, QToolButton[role="chip"]:hover { background: $hover; }
QPushButton[role="chip"]:focus, QToolButton[role="chip"]:focus { border-color: $focus; }

QToolButton {
    background: transparent; color: $text; border: 1px solid transparent; border-radius: 6px; padding: 4px;
}
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $pressed; }
QToolButton:checked { background: $hover; border-color: $border; }
QToolButton:focus { border-color: $focus; }
QToolButton:disabled { color: $faint; }
QToolButton[role="button"] { background: $raised; border-color: $line; }
QToolButton[role="button"]:hover { background: $hover; }
QToolButton[role="button"]:pressed { background: $pressed; }
QToolButton[role="button"]:focus { border-color: $focus; }
QToolButton[role="button"]:disabled { background: $panel; }
QToolButton[role="section"], QToolButton[role="section"]:checked {
    color: $dim; background: transparent; border-color: transparent; padding: 4px 0;
    text-align: left; icon-size: 12px;
}
QToolButton[role="section"]:hover { color: $text; }
QToolButton[role="section"]:focus { border-color: $focus; }
QToolButton[role="small"], QToolButton[role="small"][popupMode="2"] { padding: 2px; icon-size: 14px; }
QToolButton[role="small"]::menu-indicator { image: none; }
QToolButton[role="accent"] { background: $accent; color: $on-accent; border-color: $accent; }
QToolButton[role="accent"]:hover { background: $accent-hover; border-color: $accent-hover; }
QToolButton[role="accent"]:focus { border: 2px solid $text; padding: 3px; }
QToolButton::menu-indicator { image: none; }
QToolButton[popupMode="1"] { padding-right: 16px; }
QToolButton[popupMode="2"] { padding-right: 18px; }
QToolButton[popupMode="2"]::menu-indicator {
    image: url($chevron-down@dim); width: 12px; height: 12px; subcontrol-position: right center; right: 4px;
}
QFrame[role="segment"] QPushButton, QFrame[role="segment"] QToolButton {
    background: transparent; color: $dim; border: 1px solid transparent; border-radius: 6px; padding: 3px 12px;
}
QFrame[narrow="true"] QToolButton { padding: 3px 6px; }
QFrame[role="segment"] QPushButton:hover, QFrame[role="segment"] QToolButton:hover {
    color: $text; background: $raised;
}
QFrame[role="segment"] QPushButton:checked, QFrame[role="segment"] QToolButton:checked {
    color: $text; background: $hover; border-color: transparent; font-weight: 600;
}
QFrame[role="segment"] QPushButton:disabled { color: $faint; background: transparent; }
QFrame[role="segment"] QPushButton:focus, QFrame[role="segment"] QToolButton:focus { border-color: $focus; }

QCheckBox, QRadioButton {
    spacing: 8px; background: transparent; padding: 2px; border: 1px solid transparent; border-radius: 4px;
}
QCheckBox:focus, QRadioButton:focus { border-color: $focus; }
QCheckBox:disabled, QRadioButton:disabled { color: $faint; }
QCheckBox::indicator, QRadioButton::indicator, QListView::indicator {
    width: 14px; height: 14px; background: $sunken; border: 1px solid $border; border-radius: 4px;
}
QRadioButton::indicator { border-radius: 7px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover, QListView::indicator:hover { border-color: $dim; }
QCheckBox::indicator:checked, QListView::indicator:checked {
    background: $accent; border-color: $accent; image: url($check@on-accent);
}
QCheckBox::indicator:indeterminate { background: $accent; border-color: $accent; image: url($minus@on-accent); }
QRadioButton::indicator:checked { background: $accent; border-color: $accent; image: url($dot@on-accent); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { background: $raised; border-color: $line; }
QGroupBox { border: none; margin-top: 22px; padding: 0; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 0; color: $dim; }
"""

_FIELDS = """
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit, QAbstractSpinBox {
    background: $sunken; color: $text; border: 1px solid $border; border-radius: 6px; padding: 3px 8px;
    selection-background-color: $accent; selection-color: $on-accent; min-height: 18px;
}
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover { border-color: $dim; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus {
    border-color: $focus;
}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $faint; border-color: $line; }
QPlainTextEdit[role="mono"], QTextEdit[role="mono"] { font-family: "$mono"; font-size: 12px; }
QTextEdit[role="prose"] { background: transparent; border: none; padding: 0; min-height: 0; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {
    background: transparent; border: none; padding: 0 0 0 6px; min-height: 0;
}
QComboBox QLineEdit { padding: 0; }
QLineEdit[role="plain"] { background: transparent; border: none; font-size: 15px; padding: 0; }
QComboBox { background: $raised; border-color: $line; padding-right: 22px; }
QComboBox:hover { background: $hover; }
QComboBox:editable { background: $sunken; border-color: $border; }
QComboBox[role="quiet"] { padding-left: 6px; background: transparent; border-color: transparent; color: $dim; }
QComboBox[role="quiet"]:hover { background: $hover; color: $text; }
QComboBox[role="quiet"]:focus { border-color: $focus; }
QComboBox::drop-down { subcontrol-origin: border; subcontrol-position: right center; border: none; width: 22px; }
QComboBox::down-arrow { image: url($chevron-down@dim); width: 12px; height: 12px; }
QComboBox QAbstractItemView {
    background: $panel; border: 1px solid $border; padding: 4px; outline: none;
    selection-background-color: $hover; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 24px; padding: 0 8px; border-radius: 4px; }
QListView:window {
    background: $panel; border: 1px solid $border; outline: none;
    selection-background-color: $hover; selection-color: $text;
}
QAbstractSpinBox { padding-right: 20px; qproperty-alignment: AlignRight; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    subcontrol-origin: border; width: 18px; border: none; background: transparent; border-radius: 4px;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; margin: 2px 2px 0 0; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin: 0 2px 2px 0; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-arrow { image: url($chevron-up@dim); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url($chevron-down@dim); width: 10px; height: 10px; }
QAbstractSpinBox::up-arrow:off, QAbstractSpinBox::up-arrow:disabled { image: url($chevron-up@line); }
QAbstractSpinBox::down-arrow:off, QAbstractSpinBox::down-arrow:disabled { image: url($chevron-down@line); }

QSlider { background: transparent; border: 1px solid transparent; border-radius: 6px; min-height: 20px; }
QSlider:vertical { min-width: 20px; }
QSlider:focus { border-color: $focus; }
QSlider::groove:horizontal { height: 4px; background: $hover; border-radius: 2px; }
QSlider::groove:vertical { width: 4px; background: $hover; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::add-page:vertical { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: $text; }
QSlider::handle:vertical { width: 14px; height: 14px; margin: 0 -5px; border-radius: 7px; background: $text; }
QSlider::handle:hover { background: $accent; }
QSlider::sub-page:disabled, QSlider::add-page:vertical:disabled { background: $faint; }
QSlider::handle:disabled { background: $faint; }

QProgressBar { background: $hover; border: none; border-radius: 3px; height: 6px; max-height: 6px; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
"""

_VIEWS = """
QAbstractScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QAbstractItemView { background: transparent; border: none; outline: none; alternate-background-color: $sunken; }
QListView::item, QTreeView::item { padding: 2px 6px; border-radius: 4px; }
QAbstractItemView::item:hover { background: $hover; }
QAbstractItemView::item:selected { background: $selected; color: $text; }
QTableView { background: $panel; gridline-color: $line; selection-background-color: $selected; selection-color: $text; }
QTableView::item { padding: 2px 6px; }
QHeaderView { background: $panel; border: none; }
QHeaderView::section {
    background: $panel; color: $dim; border: none; border-bottom: 1px solid $line; padding: 4px 6px; font-weight: 600;
}
QHeaderView::up-arrow, QHeaderView::down-arrow {
    width: 8px; height: 8px; subcontrol-position: top center;
}
QHeaderView::up-arrow { image: url($chevron-up@dim); }
QHeaderView::down-arrow { image: url($chevron-down@dim); }
QTableView#gallery-table QHeaderView::section { padding: 9px 6px 4px 6px; }
QTableView#records-table QHeaderView::section, QTableView#findings-table QHeaderView::section {
    padding: 9px 4px 4px 4px;
}
QTableView#records-table::item, QTableView#findings-table::item { padding: 2px 4px; }
QTableCornerButton::section { background: $panel; border: none; border-bottom: 1px solid $line; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; border: none; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; border: none; }
QScrollBar::handle { background: $handle; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $dim; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }

QMenuBar { background: $panel; color: $text; padding: 2px 4px; border: none; }
QMenuBar::item { background: transparent; padding: 4px 8px; border-radius: 4px; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $panel; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 12px; border-radius: 4px; color: $text; border: 1px solid transparent; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 6px; }
QMenu::icon { left: 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 6px; }
QMenu::indicator:checked { image: url($check@accent); }
QMenu::right-arrow { image: url($chevron-right@dim); width: 12px; height: 12px; right: 6px; }

QTabWidget::pane { border: none; border-top: 1px solid $line; }
QTabBar { background: transparent; border: none; }
QTabBar::tab {
    background: transparent; color: $dim; padding: 5px 10px; border: none; border-bottom: 2px solid transparent;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { color: $accent; }

QDockWidget { color: $dim; titlebar-close-icon: url($close@dim); }
QDockWidget::title { background: $panel; padding: 6px 10px; text-align: left; }
QStatusBar { background: $panel; border-top: 1px solid $line; color: $dim; }
QStatusBar::item { border: none; }
QToolBar { background: $panel; border: none; spacing: 8px; padding: 4px 8px; }
QToolBar::separator { background: $line; width: 1px; margin: 4px; }
"""

TEMPLATE = _COMMON + _BUTTONS + _FIELDS + _VIEWS

_TOKEN = re.compile(r"\$([a-z]+(?:-[a-z]+)*)(?:@([a-z]+(?:-[a-z]+)*))?")
_RADIUS = re.compile(r"radius: (\d+)px")
_PIXELS = re.compile(r"(\d+)px")


def make(
    colors: dict[str, str], scale: float, px: Callable[[float], int], mono: str, image: Callable[[str, str], str]
) -> str:
    """The application's style sheet.

    ``$token`` becomes a colour, ``$icon@token`` the file of an icon in that colour, ``$mono`` the monospaced family,
    and every length is scaled.
    """

    def filled(match: re.Match[str]) -> str:
        name, role = match.groups()
        if role:
            return image(name, role)
        return mono if name == "mono" else colors[name]

    # Qt draws a corner square when its radius is more than half of the edge, so radii are rounded down.
    sheet = _RADIUS.sub(lambda match: f"radius: {int(int(match[1]) * scale)}PX", TEMPLATE)
    sheet = _PIXELS.sub(lambda match: f"{px(int(match[1]))}px", sheet).replace("PX", "px")
    return _TOKEN.sub(filled, sheet)
