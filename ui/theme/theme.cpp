// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include "ui/theme/icons.h"

#include <QApplication>
#include <QFontDatabase>
#include <QPainter>
#include <QProxyStyle>
#include <QStyleOptionComplex>

#include <array>
#include <cmath>

namespace orrery::ui {

QString styleSheet(const Tokens &t);

namespace {

Tokens makeLight()
{
    Tokens t;
    t.window = QColor("#f1f3f6");
    t.surface = QColor("#ffffff");
    t.raised = QColor("#f8f9fb");
    t.sunken = QColor("#e7eaef");
    t.border = QColor("#cfd5de");
    t.text = QColor("#171b22");
    t.muted = QColor("#535d6c");
    t.accent = QColor("#0b5cad");
    t.onAccent = QColor("#ffffff");
    t.accentSoft = QColor("#dbe9f8");
    t.ok = QColor("#00694a");
    t.warn = QColor("#8a5200");
    t.error = QColor("#a33f00");
    t.warnSoft = QColor("#fdf0d2");
    t.errorSoft = QColor("#fde5d6");
    t.infoSoft = QColor("#e2eefb");
    t.onAgent = QColor("#ffffff");
    return t;
}

Tokens makeDark()
{
    Tokens t;
    t.window = QColor("#15181e");
    t.surface = QColor("#1c2027");
    t.raised = QColor("#242932");
    t.sunken = QColor("#101318");
    t.border = QColor("#39414e");
    t.text = QColor("#e7eaf0");
    t.muted = QColor("#a4aebd");
    t.accent = QColor("#6cb2ff");
    t.onAccent = QColor("#0a1420");
    t.accentSoft = QColor("#1f3650");
    t.ok = QColor("#4fd1a1");
    t.warn = QColor("#f2b75c");
    t.error = QColor("#ff8a4c");
    t.warnSoft = QColor("#3a2e17");
    t.errorSoft = QColor("#40261a");
    t.infoSoft = QColor("#1b2c40");
    t.onAgent = QColor("#0e1116");
    return t;
}

Tokens withKinds(Tokens t)
{
    t.llm = QColor("#0072b2");
    t.tool = QColor("#e69f00");
    t.memory = QColor("#009e73");
    t.message = QColor("#56b4e9");
    t.human = QColor("#cc79a7");
    t.failure = QColor("#d55e00");
    t.wait = QColor("#8a8a8a");
    t.iteration = QColor("#8a8a8a");
    return t;
}

QPalette makePalette(const Tokens &t)
{
    QPalette p;
    p.setColor(QPalette::Window, t.window);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.surface);
    p.setColor(QPalette::AlternateBase, t.raised);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::Button, t.raised);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::BrightText, t.error);
    p.setColor(QPalette::PlaceholderText, t.muted);
    p.setColor(QPalette::Highlight, t.accent);
    p.setColor(QPalette::HighlightedText, t.onAccent);
    p.setColor(QPalette::ToolTipBase, t.raised);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::LinkVisited, t.accent);
    p.setColor(QPalette::Light, t.raised);
    p.setColor(QPalette::Midlight, t.sunken);
    p.setColor(QPalette::Mid, t.border);
    p.setColor(QPalette::Dark, t.border);
    p.setColor(QPalette::Shadow, t.sunken);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        QColor faded = t.muted;
        faded.setAlphaF(0.6F);
        p.setColor(QPalette::Disabled, role, faded);
    }
    return p;
}

/// Fusion with our drawings on the titles of docks, and boxes of choices that look like the boxes to type in.
class OrreryStyle : public QProxyStyle
{
public:
    OrreryStyle() : QProxyStyle(QStringLiteral("Fusion")) {}
    QIcon standardIcon(StandardPixmap which, const QStyleOption *option,
                       const QWidget *widget) const override
    {
        if (which == SP_TitleBarCloseButton)
            return themedIcon(QStringLiteral("close"));
        if (which == SP_TitleBarNormalButton)
            return themedIcon(QStringLiteral("float"));
        return QProxyStyle::standardIcon(which, option, widget);
    }
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex *option,
                            QPainter *painter, const QWidget *widget) const override
    {
        if (control != CC_ComboBox)
            return QProxyStyle::drawComplexControl(control, option, painter, widget);
        const Tokens &t = tokens(option->palette);
        const bool enabled = option->state & State_Enabled;
        const bool hovered = enabled && (option->state & State_MouseOver);
        const QRectF box = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(option->state & State_HasFocus ? t.accent : t.border);
        painter->setBrush(hovered ? t.accentSoft : enabled ? t.surface : t.window);
        painter->drawRoundedRect(box, metric::radius, metric::radius);
        drawIcon(*painter, QRectF(box.right() - 20, box.center().y() - 6, 12, 12),
                 QStringLiteral("chevron-down"), t.muted);
        painter->restore();
    }
};

double luminance(const QColor &color)
{
    const auto linear = [](double c) {
        return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF())
           + 0.0722 * linear(color.blueF());
}

} // namespace

const Tokens &tokens(ThemeKind kind)
{
    static const Tokens light = withKinds(makeLight());
    static const Tokens dark = withKinds(makeDark());
    return kind == ThemeKind::Light ? light : dark;
}

ThemeKind themeOf(const QPalette &palette)
{
    return palette.color(QPalette::Active, QPalette::Window).lightness() < 128 ? ThemeKind::Dark
                                                                               : ThemeKind::Light;
}

const Tokens &tokens(const QPalette &palette) { return tokens(themeOf(palette)); }

QColor agentColor(int index, ThemeKind kind)
{
    static const std::array<const char *, 8> light = {"#0b5cad", "#9a4a00", "#006b4c", "#96297a",
                                                      "#5a3fb0", "#6b5500", "#00646f", "#4b5a6b"};
    static const std::array<const char *, 8> dark = {"#7db8f7", "#f2b26b", "#63d2a6", "#ee9ad3",
                                                     "#b9a5f7", "#dec75b", "#62cbdd", "#b4c2d3"};
    if (index < 0)
        return tokens(kind).muted;
    const auto slot = static_cast<std::size_t>(index) % light.size();
    return QColor(kind == ThemeKind::Light ? light[slot] : dark[slot]);
}

QColor agentColor(int index, const QPalette &palette)
{
    return agentColor(index, themeOf(palette));
}

bool agentIsDashed(int index) { return index >= 8; }

QFont smallFont(const QFont &base)
{
    QFont font = base;
    font.setPointSizeF(base.pointSizeF() * 0.9);
    return font;
}

QFont monospaceFont(const QFont &base)
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setFamilies({QStringLiteral("DejaVu Sans Mono"), QStringLiteral("Noto Sans Mono"),
                      QStringLiteral("monospace")});
    font.setStyleHint(QFont::Monospace);
    font.setPointSizeF(base.pointSizeF() * 0.95);
    return font;
}

double contrast(const QColor &a, const QColor &b)
{
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

void applyTheme(QApplication &app, ThemeKind kind)
{
    const Tokens &t = tokens(kind);
    // Set once: a new style takes the style sheet's wrapper down with it.
    if (app.styleSheet().isEmpty())
        QApplication::setStyle(new OrreryStyle);
    QFont font = QApplication::font();
    font.setFamilies(
        {QStringLiteral("Noto Sans"), QStringLiteral("DejaVu Sans"), QStringLiteral("sans-serif")});
    font.setPointSizeF(9.0);
    QApplication::setFont(font);
    QApplication::setPalette(makePalette(t));
    app.setStyleSheet(styleSheet(t));
}

} // namespace orrery::ui
