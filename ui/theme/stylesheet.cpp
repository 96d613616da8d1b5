// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

namespace orrery::ui {

/// The one style sheet, with the tokens filled in. Boxes to type in have no colour here, since a placeholder would take
/// half of it; they take it from the palette.
QString styleSheet(const Tokens &t)
{
    QString sheet = QStringLiteral(R"(
QToolTip { background: @raised; color: @text; border: 1px solid @border; padding: 4px; }
QMainWindow::separator { background: @window; width: 6px; height: 6px; }
QMainWindow::separator:hover { background: @accentSoft; }
QMenuBar { background: @window; padding: 2px 4px; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: @accentSoft; color: @text; }
QMenu { background: @surface; border: 1px solid @border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: @accentSoft; color: @text; }
QMenu::item:disabled { color: @muted; }
QMenu::separator { height: 1px; background: @border; margin: 4px 8px; }
QToolBar { background: @window; border: none; border-bottom: 1px solid @border; padding: 4px 8px; spacing: 6px; }
QToolBar::separator { background: @border; width: 1px; margin: 4px 4px; }
QToolButton, QPushButton { background: @raised; color: @text; border: 1px solid @border; border-radius: 4px;
    padding: 4px 10px; min-height: 16px; }
QToolButton { padding: 3px 9px; } /* takes a pixel more on each side than a QPushButton */
QToolBar QToolButton { padding: 4px 8px; }
QToolButton:hover, QPushButton:hover { background: @accentSoft; }
QToolButton:pressed, QPushButton:pressed { background: @sunken; }
QToolButton:checked { background: @accentSoft; border-color: @accent; }
QToolButton:focus, QPushButton:focus { border: 1px solid @accent; }
QToolButton:checked:focus { border: 2px solid @accent; padding: 2px 8px; }
QToolButton:disabled, QPushButton:disabled { color: @faded; background: @window; }
QPushButton[primary="true"], QToolButton[primary="true"] { background: @accent; color: @onAccent; border-color: @accent;
    font-weight: 600; }
QPushButton[primary="true"]:focus, QToolButton[primary="true"]:focus { border: 2px solid @text; padding: 3px 9px; }
QToolBar QToolButton[primary="true"]:focus { padding: 3px 7px; }
QPushButton[primary="true"]:disabled, QToolButton[primary="true"]:disabled { background: @sunken; color: @faded;
    border-color: @border; }
QPushButton[link="true"] { background: transparent; border: 1px solid transparent; color: @accent;
    text-decoration: underline; padding: 2px 4px; }
QPushButton[link="true"]:focus { border: 1px solid @accent; }
QToolButton[flat="true"], QPushButton[flat="true"] { background: transparent; border: 1px solid transparent;
    padding: 1px 6px; }
QToolButton[flat="true"]:hover, QPushButton[flat="true"]:hover { background: @accentSoft; }
QToolButton[flat="true"]:checked { background: @accentSoft; border: 1px solid @accent; }
QToolButton[flat="true"]:focus, QPushButton[flat="true"]:focus { border: 1px solid @accent; }
QToolButton[alert="true"], QToolButton[alert="true"]:hover { background: @errorSoft; color: @error;
    border: 1px solid @error; font-weight: 600; }
QToolButton[chip="true"] { padding: 1px 7px; border-radius: 8px; }
QToolButton[chip="true"]:checked:focus { padding: 0 6px; }
QLabel[failed="true"] { background: @errorSoft; border: 1px solid transparent; border-radius: 8px; padding: 0 6px; }
QLabel[failed="true"]:focus { border: 1px solid @accent; }
QToolButton[flat="true"]:checked:focus { border: 2px solid @accent; padding: 0px 5px; }
QToolButton::menu-indicator { image: none; width: 0; }
QLineEdit, QPlainTextEdit { background: @surface;
    border: 1px solid @border; border-radius: 4px; padding: 3px 6px; selection-background-color: @accent;
    selection-color: @onAccent; }
QLineEdit:focus, QPlainTextEdit:focus { border: 1px solid @accent; }
QLineEdit:disabled { background: @window; }
QComboBox QAbstractItemView { background: @surface; color: @text; border: 1px solid @border;
    selection-background-color: @accentSoft; selection-color: @text; }
QDockWidget { color: @text; font-weight: 600; }
QDockWidget::title { background: @window; padding: 5px 8px; border-bottom: 1px solid @border; text-align: left; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: @muted; padding: 5px 10px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; }
QTabBar::tab:hover { color: @text; background: @accentSoft; }
QTabBar:focus { background: @accentSoft; }
QTabWidget::pane { border: none; border-top: 1px solid @border; }
QHeaderView { background: @raised; }
QHeaderView::section { background: @raised; color: @muted; border: none; border-right: 1px solid @border;
    border-bottom: 1px solid @border; padding: 3px 4px; font-weight: 600; }
QTableView, QListView, QTreeView, QTextBrowser { background: @surface; alternate-background-color: @raised; color: @text;
    border: 1px solid transparent; gridline-color: @border; selection-background-color: @accentSoft; selection-color: @text; outline: 0; }
QTableView:focus, QListView:focus, QTreeView:focus, QTextBrowser:focus { border: 1px solid @accent; }
QScrollArea { border: none; background: transparent; }
QScrollArea[framed="true"] { border: 1px solid transparent; }
QScrollArea[framed="true"]:focus { border: 1px solid @accent; }
QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: @border; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none;
    width: 0; height: 0; }
QStatusBar { background: @window; border-top: 1px solid @border; }
QStatusBar::item { border: none; }
QSplitter::handle { background: @border; }
QLabel[muted="true"] { color: @muted; }
QLabel[danger="true"] { color: @error; font-weight: 600; }
QLabel[quoted="true"] { background: @raised; border: 1px solid @border; border-radius: 4px; padding: 1px 6px; }
QLabel[heading="true"] { font-size: 15pt; font-weight: 600; }
QFrame[title="true"] { background: @window; border: none; border-bottom: 1px solid @border; }
QFrame[title="true"] QLabel { font-weight: 600; padding: 5px 11px; }
QFrame[bar="info"] { background: @infoSoft; border: none; border-bottom: 1px solid @border; }
QFrame[bar="warning"] { background: @warnSoft; border: none; border-bottom: 1px solid @border; }
QFrame#approvalCard { border: 2px solid @warnSoft; }
QFrame#approvalCard:focus { border: 2px solid @warn; }
QFrame[bar="error"] { background: @errorSoft; border: none; border-bottom: 1px solid @border; }
QCheckBox { spacing: 6px; }
)");
    QColor faded = t.muted;
    faded.setAlphaF(0.65F);
    const auto rgba = [](const QColor &c) {
        return QStringLiteral("rgba(%1,%2,%3,%4)")
            .arg(c.red())
            .arg(c.green())
            .arg(c.blue())
            .arg(c.alpha());
    };
    // Longer names first: @accent is also the beginning of @accentSoft.
    const std::vector<std::pair<const char *, QString>> values = {
        {"@accentSoft", t.accentSoft.name()},
        {"@onAccent", t.onAccent.name()},
        {"@accent", t.accent.name()},
        {"@warnSoft", t.warnSoft.name()},
        {"@warn", t.warn.name()},
        {"@errorSoft", t.errorSoft.name()},
        {"@error", t.error.name()},
        {"@infoSoft", t.infoSoft.name()},
        {"@window", t.window.name()},
        {"@surface", t.surface.name()},
        {"@raised", t.raised.name()},
        {"@sunken", t.sunken.name()},
        {"@border", t.border.name()},
        {"@text", t.text.name()},
        {"@muted", t.muted.name()},
        {"@faded", rgba(faded)}};
    for (const auto &[name, value] : values)
        sheet.replace(QLatin1String(name), value);
    return sheet;
}

} // namespace orrery::ui
