// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/plaintip.h"

#include <functional>

namespace orrery::ui {

/// The parts of a score; the bar's full length is `most`, the highest score these weights can give.
struct ScoreParts {
    double relevance = 0;
    double importance = 0;
    double recency = 0;
    double most = 1;
    bool known = true;    ///< false: there is no score to draw
    bool returned = true; ///< false: drawn faintly
};

/// Draws a score as a stacked bar of its parts with the sum as a number.
class ScoreBarDelegate : public PlainDelegate
{
    Q_OBJECT
public:
    using Reader = std::function<ScoreParts(const QModelIndex &)>;
    ScoreBarDelegate(Reader reader, QObject *parent)
        : PlainDelegate(parent), m_read(std::move(reader))
    {}
    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;

private:
    Reader m_read;
};

} // namespace orrery::ui
