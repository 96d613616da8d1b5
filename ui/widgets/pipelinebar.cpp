// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/pipelinebar.h"

#include "ui/format/foreign.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plaintip.h"
#include "ui/widgets/plainlabel.h"

#include <QPainter>
#include <QToolButton>

#include <algorithm>

namespace orrery::ui {

namespace {

constexpr int arrowWidth = 18;
constexpr int lineGap = 3;

bool isSameKind(const PipelineChip &a, const PipelineChip &b)
{
    return a.failed == b.failed && a.canBeChosen == b.canBeChosen;
}

void describe(QWidget *widget, const PipelineChip &chip)
{
    if (auto *button = qobject_cast<QToolButton *>(widget))
        button->setText(format::buttonText(chip.text));
    else
        static_cast<QLabel *>(widget)->setText(chip.text);
    setTip(widget, chip.tip);
    widget->setAccessibleName(chip.text);
    widget->setAccessibleDescription(chip.tip);
}

} // namespace

PipelineBar::PipelineBar(QWidget *parent) : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Steps of the search"));
}

void PipelineBar::setChips(const QVector<PipelineChip> &chips)
{
    // The same steps with other figures: what is chosen, and the focus, stay.
    if (!std::equal(chips.begin(), chips.end(), m_shown.begin(), m_shown.end(), isSameKind)) {
        qDeleteAll(m_chips);
        m_chips.clear();
        for (int i = 0; i < chips.size(); ++i)
            m_chips << makeChip(i, chips[i]);
    }
    m_shown = chips;
    for (int i = 0; i < chips.size(); ++i)
        describe(m_chips[i], chips[i]);
    arrange(width(), true);
    updateGeometry();
    update();
}

QWidget *PipelineBar::makeChip(int place, const PipelineChip &chip)
{
    QWidget *widget = nullptr;
    if (chip.canBeChosen) {
        auto *button = new QToolButton(this);
        button->setCheckable(true);
        button->setProperty("chip", true);
        button->setFocusPolicy(Qt::StrongFocus);
        connect(button, &QToolButton::clicked, this, [this, place, button](bool on) {
            clearChoice();
            button->setChecked(on);
            emit chosen(on ? place : -1);
        });
        widget = button;
    } else {
        auto *label = new PlainLabel(this);
        label->setProperty("muted", !chip.failed);
        label->setMargin(2);
        widget = label;
    }
    if (chip.failed) {
        // What failed must be reachable, so that its reason can be read out.
        widget->setFocusPolicy(Qt::StrongFocus);
        widget->setProperty("failed", true);
    }
    widget->show();
    return widget;
}

void PipelineBar::clearChoice()
{
    for (QWidget *chip : std::as_const(m_chips))
        if (auto *button = qobject_cast<QToolButton *>(chip))
            button->setChecked(false);
}

int PipelineBar::arrange(int width, bool moves) const
{
    int y = 0;
    for (qsizetype first = 0, last = 0; first < m_chips.size(); first = last) {
        int x = 0;
        int line = 0;
        for (; last < m_chips.size(); ++last) {
            const QSize size = m_chips[last]->sizeHint();
            if (last > first && x + size.width() > width)
                break;
            x += size.width() + arrowWidth;
            line = qMax(line, size.height());
        }
        // Labels are lower than buttons; all stand on one middle line.
        x = 0;
        for (qsizetype i = first; moves && i < last; ++i) {
            const QSize size = m_chips[i]->sizeHint();
            m_chips[i]->setGeometry(x, y + (line - size.height()) / 2, qMin(size.width(), width),
                                    size.height());
            x += size.width() + arrowWidth;
        }
        y += line + (last < m_chips.size() ? lineGap : 0);
    }
    return y;
}

QSize PipelineBar::sizeHint() const
{
    int width = 0;
    for (QWidget *chip : m_chips)
        width += chip->sizeHint().width() + arrowWidth;
    return {width, arrange(qMax(width, 1), false)};
}

QSize PipelineBar::minimumSizeHint() const
{
    int widest = 0;
    for (QWidget *chip : m_chips)
        widest = qMax(widest, chip->sizeHint().width());
    return {widest, heightForWidth(qMax(width(), 1))};
}

void PipelineBar::resizeEvent(QResizeEvent *)
{
    arrange(width(), true);
    updateGeometry();
}

void PipelineBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setPen(tokens(palette()).muted);
    for (int i = 0; i + 1 < m_chips.size(); ++i) {
        const QRect chip = m_chips[i]->geometry();
        painter.drawText(QRect(chip.right() + 1, chip.top(), arrowWidth, chip.height()),
                         Qt::AlignCenter, QStringLiteral("→"));
    }
}

} // namespace orrery::ui
