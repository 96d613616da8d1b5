// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/whatifbar.h"

#include "ui/theme/theme.h"
#include "ui/widgets/plaintip.h"
#include "ui/widgets/plainlabel.h"

#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>

#include <cmath>

namespace orrery::ui {

namespace {

constexpr int steps = 100;

/// Decay is felt in powers of ten: 0, then 0.0001 to 0.1.
double lambdaAt(int step) { return step == 0 ? 0 : std::pow(10, -4 + 3.0 * step / steps); }

double valueAt(double WhatIfValues::*value, int step)
{
    if (value == &WhatIfValues::lambda)
        return lambdaAt(step);
    return value == &WhatIfValues::k ? step : double(step) / steps;
}

int stepOf(double WhatIfValues::*value, double at)
{
    if (value == &WhatIfValues::lambda)
        return at < 1e-4 ? 0 : int(std::lround((std::log10(at) + 4) / 3 * steps));
    return int(std::lround(value == &WhatIfValues::k ? at : at * steps));
}

} // namespace

WhatIfBar::WhatIfBar(QWidget *parent) : QWidget(parent)
{
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(metric::medium);
    grid->setVerticalSpacing(metric::small);
    add(grid, tr("Relevance"), tr("Weight of the relevance"), &WhatIfValues::relevance);
    add(grid, tr("Importance"), tr("Weight of the importance"), &WhatIfValues::importance);
    add(grid, tr("Recency"), tr("Weight of the recency"), &WhatIfValues::recency);
    add(grid, tr("Decay λ"), tr("How fast relevance fades, per hour"), &WhatIfValues::lambda);
    add(grid, tr("RRF k"), tr("How little the first ranks stand out when both legs are fused"),
        &WhatIfValues::k);
    add(grid, tr("Least score"), tr("What scores less is dropped"), &WhatIfValues::least);
    auto *buttons = new QHBoxLayout;
    m_reset = new QPushButton(tr("&Reset"), this);
    setTip(m_reset, tr("As the search was ranked"));
    auto *copy = new QPushButton(tr("Cop&y"), this);
    setTip(copy, tr("Copies these settings as JSON"));
    copy->setAccessibleName(tr("Copy the settings as JSON"));
    buttons->addWidget(m_reset);
    buttons->addWidget(copy);
    buttons->addStretch();
    grid->addLayout(buttons, 2, 0, 1, 9);
    connect(m_reset, &QPushButton::clicked, this, [this] {
        setBase(m_base, m_rows[4].slider->isEnabled());
        emit resetRequested();
    });
    connect(copy, &QPushButton::clicked, this, [this] {
        const QJsonObject json{{"weights", QJsonObject{{"relevance", m_values.relevance},
                                                       {"importance", m_values.importance},
                                                       {"recency", m_values.recency}}},
                               {"decay_lambda", m_values.lambda},
                               {"rrf_k", m_values.k},
                               {"min_score", m_values.least}};
        QApplication::clipboard()->setText(QString::fromUtf8(QJsonDocument(json).toJson()));
    });
    showValues();
}

void WhatIfBar::add(QGridLayout *grid, const QString &name, const QString &tip,
                    double WhatIfValues::*value)
{
    const int place = int(m_rows.size());
    const int column = place % 3 * 3;
    auto *label = new PlainLabel(name, this);
    auto *slider = new QSlider(Qt::Horizontal, this);
    auto *shown = new PlainLabel(this);
    const bool isK = value == &WhatIfValues::k;
    slider->setRange(isK ? 1 : 0, isK ? 200 : steps);
    slider->setPageStep(10);
    slider->setMinimumWidth(48);
    slider->setAccessibleName(name);
    for (QWidget *widget : {static_cast<QWidget *>(label), static_cast<QWidget *>(slider)})
        setTip(widget, tip);
    label->setBuddy(slider);
    shown->setMinimumWidth(shown->fontMetrics().horizontalAdvance(QStringLiteral("0.0000")));
    shown->setProperty("muted", true);
    grid->addWidget(label, place / 3, column);
    grid->addWidget(slider, place / 3, column + 1);
    grid->addWidget(shown, place / 3, column + 2);
    grid->setColumnStretch(column + 1, 1);
    connect(slider, &QSlider::valueChanged, this, [this, value](int step) {
        m_values.*value = valueAt(value, step);
        showValues();
        emit changed(m_values);
    });
    m_rows << Row{value, slider, label, shown};
}

void WhatIfBar::setBase(const WhatIfValues &values, bool isFused)
{
    m_base = m_values = values;
    for (const Row &row : std::as_const(m_rows)) {
        const QSignalBlocker blocker(row.slider);
        row.slider->setValue(stepOf(row.value, values.*row.value));
    }
    const Row &k = m_rows[4];
    for (QWidget *widget : {static_cast<QWidget *>(k.name), static_cast<QWidget *>(k.slider),
                            static_cast<QWidget *>(k.shown)})
        widget->setEnabled(isFused);
    showValues();
}

void WhatIfBar::showValues()
{
    for (const Row &row : std::as_const(m_rows)) {
        const QString text = QString::number(m_values.*row.value, 'g', 2);
        row.shown->setText(row.value == &WhatIfValues::k ? QString::number(m_values.k, 'f', 0)
                                                         : text);
        row.slider->setAccessibleDescription(row.shown->text());
    }
}

} // namespace orrery::ui
