// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>
#include <QString>

class QApplication;

namespace orrery::ui {

enum class ThemeKind { Light, Dark };

/// Every colour of a theme, by what it is for. Text on `window`, `surface`, `raised` and `sunken` keeps 4.5:1.
struct Tokens {
    QColor window, surface, raised, sunken, border, text, muted;
    QColor accent, onAccent, accentSoft;
    QColor ok, warn, error, warnSoft, errorSoft, infoSoft;
    QColor llm, tool, memory, message, human, failure, wait,
        iteration;  ///< kinds, after Okabe and Ito
    QColor onAgent; ///< text upon an agent's colour
};

namespace metric {
inline constexpr int small = 4;
inline constexpr int medium = 8;
inline constexpr int large = 12;
inline constexpr int radius = 4;
} // namespace metric

const Tokens &tokens(ThemeKind kind);
/// The tokens that belong to a palette, so that painters need no more than their widget's.
const Tokens &tokens(const QPalette &palette);
ThemeKind themeOf(const QPalette &palette);

/// Colour of the agent with this place in its team; there are 8, and from the 9th on edges are dashed.
QColor agentColor(int index, ThemeKind kind);
QColor agentColor(int index, const QPalette &palette);
bool agentIsDashed(int index);

QFont smallFont(const QFont &base);
QFont monospaceFont(const QFont &base);
/// WCAG contrast ratio, 1 to 21.
double contrast(const QColor &a, const QColor &b);

/// Sets style, font, palette and style sheet of the whole program.
void applyTheme(QApplication &app, ThemeKind kind);

} // namespace orrery::ui
