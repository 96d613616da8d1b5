// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/teampanel.h"
#include "ui/viewmodels/claimsmodel.h"
#include "ui/viewmodels/limitermodel.h"
#include "ui/widgets/carddelegate.h"
#include "ui/widgets/claimmap.h"
#include "ui/widgets/limitchart.h"
#include "ui/widgets/scorebar.h"

#include <QModelIndex>

namespace orrery::ui {

// What the models say, in the values that the widgets draw: widgets know no models, models no widgets.

AgentCard readAgentCard(const QModelIndex &index);
Card readCard(const QModelIndex &index);
ScoreParts readScore(const QModelIndex &index);
QList<ClaimFile> claimFiles(const ClaimMapData &data);

struct LimitSeries {
    QList<WindowStep> tokens, requests;
    QList<ChartAgent> agents; ///< who had a part in them
    QList<MarkAt> marks;
    std::optional<double> tokenLimit, requestLimit;
};
/// Of the minute before `nowMs`, and what of it is left later.
LimitSeries limitSeries(const LimiterModel &limiter, qint64 nowMs);
/// `Last minute: 17.7k of 20k tokens · 5 of 10 requests`
QString limitSummary(const LimiterModel &limiter, qint64 nowMs);

} // namespace orrery::ui
