// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QRectF>
#include <QString>

class QPainter;

namespace orrery::ui {

/// How a state is shown: always icon, word and colour together.
struct StateLook {
    QString icon;
    QString word;
    QColor color;
};

/// `name` as in an agent_state event, for example `waiting_rate`.
StateLook stateLook(const QString &name, const QPalette &palette);

/// Draws icon and word from the left edge of `rect`; returns the width used.
int drawState(QPainter &painter, const QRect &rect, const StateLook &look);
/// Draws the rounded monogram of an agent.
void drawMonogram(QPainter &painter, const QRectF &rect, const QString &letters, int agentIndex,
                  const QPalette &palette);
/// Diagonal lines: what is reserved, refused or waiting.
void drawHatch(QPainter &painter, const QRectF &rect, const QColor &color, qreal gap = 5);

} // namespace orrery::ui
