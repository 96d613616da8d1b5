// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/rowreaders.h"

#include "ui/viewmodels/agentsmodel.h"
#include "ui/viewmodels/conversationmodel.h"
#include "ui/format/foreign.h"
#include "ui/format/format.h"
#include "ui/viewmodels/memorymodel.h"

#include <QCoreApplication>

namespace orrery::ui {
namespace {

QString toQt(const std::string &utf8) { return QString::fromStdString(utf8); }

LimitMark chartMark(LimiterModel::Mark mark)
{
    switch (mark) {
    case LimiterModel::Mark::Acquired: return LimitMark::Acquired;
    case LimiterModel::Mark::Settled:
    case LimiterModel::Mark::Refunded: return LimitMark::Refunded;
    case LimiterModel::Mark::Waiting: return LimitMark::Waiting;
    case LimiterModel::Mark::Provider429: return LimitMark::ProviderDenied;
    case LimiterModel::Mark::Denied:
    case LimiterModel::Mark::Budget: return LimitMark::Denied;
    }
    return LimitMark::Denied;
}

} // namespace

AgentCard readAgentCard(const QModelIndex &index)
{
    AgentCard card;
    card.name = index.data(AgentsModel::NameRole).toString();
    card.monogram = index.data(AgentsModel::MonogramRole).toString();
    card.index = index.data(AgentsModel::IndexRole).toInt();
    card.role = index.data(AgentsModel::RoleRole).toString();
    card.model = index.data(AgentsModel::ModelRole).toString();
    card.state = index.data(AgentsModel::StateNameRole).toString();
    card.activity = index.data(AgentsModel::ActivityRole).toString();
    card.iteration = index.data(AgentsModel::IterationRole).toInt();
    card.tokens = index.data(AgentsModel::TokensRole).toLongLong();
    if (const QVariant cost = index.data(AgentsModel::CostRole); cost.isValid())
        card.cost = cost.toDouble();
    return card;
}

Card readCard(const QModelIndex &index)
{
    using Model = ConversationModel;
    Card card;
    const auto kind = static_cast<Model::Kind>(index.data(Model::KindRole).toInt());
    const auto toolState = static_cast<Model::ToolState>(index.data(Model::ToolStateRole).toInt());
    switch (kind) {
    case Model::Kind::Tool: card.kind = Card::Kind::Tool; break;
    case Model::Kind::Limit:
    case Model::Kind::Warning: card.kind = Card::Kind::Note; break;
    case Model::Kind::Error: card.kind = Card::Kind::Error; break;
    default: card.kind = Card::Kind::Message; break;
    }
    card.key = index.data(Model::KeyRole).toString();
    card.revision = index.data(Model::RevisionRole).toInt();
    card.agent = format::name(index.data(Model::AgentRole).toString());
    card.monogram = index.data(Model::MonogramRole).toString();
    card.agentIndex = index.data(Model::AgentIndexRole).toInt();
    card.title = format::name(index.data(Model::TitleRole).toString());
    card.status = index.data(Model::StatusRole).toString();
    card.time = format::clockTime(index.data(Model::TimeUsRole).toLongLong());
    card.text = index.data(Model::TextRole).toString();
    if (card.kind == Card::Kind::Note)
        card.text = format::keepNumbersWhole(card.text);
    while (card.text.endsWith(QLatin1Char('\n')))
        card.text.chop(1);
    card.thinking = index.data(Model::ThinkingRole).toString();
    card.arguments = index.data(Model::ArgumentLinesRole).toString();
    card.running = index.data(Model::StreamingRole).toBool()
                   || toolState == Model::ToolState::Running
                   || toolState == Model::ToolState::AwaitingApproval;
    card.failed = kind == Model::Kind::Error || toolState == Model::ToolState::Failed
                  || toolState == Model::ToolState::Denied;
    card.foldedAtFirst = index.data(Model::CollapsedRole).toBool();
    return card;
}

ScoreParts readScore(const QModelIndex &index)
{
    using Model = MemoryResultsModel;
    return {index.data(Model::RelevancePartRole).toDouble(),
            index.data(Model::ImportancePartRole).toDouble(),
            index.data(Model::RecencyPartRole).toDouble(),
            index.data(Model::HighestRole).toDouble(),
            index.data(Model::ScoreRole).isValid(),
            index.data(Model::StageRole).toString() == QLatin1String("returned")};
}

QList<ClaimFile> claimFiles(const ClaimMapData &data)
{
    QList<ClaimFile> files;
    for (const ClaimMapData::File &from : data.files) {
        ClaimFile file;
        file.file = toQt(from.file);
        const auto addEdit = [&](const ClaimMapData::Edit &edit) {
            file.edits << ClaimEdit{edit.start, edit.inside, toQt(edit.agent)};
        };
        for (const ClaimMapData::Bar &bar : from.bars) {
            file.bars << ClaimBar{toQt(bar.agent),
                                  bar.monogram,
                                  bar.agentIndex,
                                  bar.start,
                                  bar.end,
                                  bar.expiresMs,
                                  bar.expiresMs - bar.claimedMs,
                                  !bar.active};
            std::for_each(bar.edits.begin(), bar.edits.end(), addEdit);
        }
        for (const ClaimMapData::Denied &denied : from.denied)
            file.denied << ClaimAttempt{toQt(denied.agent), denied.monogram, denied.agentIndex,
                                        denied.start,       denied.end,      denied.timeMs,
                                        toQt(denied.holder)};
        std::for_each(from.looseEdits.begin(), from.looseEdits.end(), addEdit);
        files << file;
    }
    return files;
}

LimitSeries limitSeries(const LimiterModel &limiter, qint64 nowMs)
{
    LimitSeries series;
    const qint64 from = nowMs - LimitChart::windowMs;
    QMap<int, QString> agents;
    for (const LimiterModel::Step &each : limiter.steps(from, nowMs + LimitChart::forecastMs)) {
        WindowStep tokens{each.timeMs, {}, double(each.window.reserved)};
        WindowStep requests{each.timeMs, {}, 0};
        for (const auto &[name, share] : each.window.agents) {
            const int place = std::max(0, share.agentIndex);
            agents.insert(place, toQt(name));
            if (tokens.held.size() <= place) {
                tokens.held.resize(place + 1);
                requests.held.resize(place + 1);
            }
            tokens.held[place] += double(share.tokens - share.reserved);
            requests.held[place] += double(share.requests);
        }
        series.tokens << std::move(tokens);
        series.requests << std::move(requests);
    }
    for (auto agent = agents.cbegin(); agent != agents.cend(); ++agent)
        series.agents << ChartAgent{agent.key(), agent.value()};
    for (const LimiterModel::MarkAt &mark : limiter.marks(from, nowMs))
        series.marks << MarkAt{mark.timeMs, chartMark(mark.kind), toQt(mark.agent), mark.agentIndex,
                               mark.sentence};
    if (limiter.tpm())
        series.tokenLimit = double(*limiter.tpm());
    if (limiter.rpm())
        series.requestLimit = double(*limiter.rpm());
    return series;
}

QString limitSummary(const LimiterModel &limiter, qint64 nowMs)
{
    const auto tr = [](const char *source) {
        return QCoreApplication::translate("orrery::ui::LimitsPanel", source);
    };
    const LimiterWindow window = limiter.windowAt(nowMs);
    const auto of = [&](qint64 used, std::optional<qint64> limit) {
        return limit ? tr("%1 of %2").arg(format::count(used), format::count(*limit))
                     : format::count(used);
    };
    QString summary =
        tr("Last minute: %1 tokens · %2 requests")
            .arg(of(window.tokens, limiter.tpm()), of(window.requests, limiter.rpm()));
    if (window.reserved > 0)
        summary += tr(" · %1 only reserved").arg(format::count(window.reserved));
    return summary;
}

} // namespace orrery::ui
