// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/eventsummary.h"

#include "ui/viewmodels/fields.h"
#include "ui/format/format.h"

#include <QCoreApplication>

namespace orrery::ui {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("EventSummary", text); }

QString withReason(const QString &text, const QString &reason)
{
    return reason.isEmpty() ? text : text + QStringLiteral(": ") + reason;
}

QString region(const Fields &data)
{
    return data.text("file") + QLatin1Char(':')
           + format::lines(data.line("start"), data.line("end"));
}

QString arguments(const Fields &data)
{
    const Json &args = data.json("args");
    return args.is_object() && !args.empty() ? QLatin1Char(' ') + jsonText(args) : QString();
}

QString messageSummary(const Fields &message)
{
    const QString role = message.text("role");
    const QString content = message.text("content");
    QStringList calls;
    for (const Json &call : message.list("tool_calls"))
        calls << Fields(call).text("name");
    if (calls.isEmpty())
        return withReason(role, content);
    return withReason(role,
                      QCoreApplication::translate("EventSummary", "calls %1")
                              .arg(calls.join(QStringLiteral(", ")))
                          + (content.isEmpty() ? QString() : QStringLiteral(" · ") + content));
}

QString modelSummary(EventKind kind, const Fields &data)
{
    switch (kind) {
    case EventKind::RequestSent:
        return tr("asks %1:%2, %3, %4 tokens (est.)")
            .arg(data.text("provider"), data.text("model"),
                 format::counted(data.count("message_count"), tr("message"), tr("messages")),
                 format::estimate(data.count("tokens_est")));
    case EventKind::ModelDelta:
        return data.has("thinking") && !data.has("text")
                   ? tr("thinks: %1").arg(data.text("thinking"))
                   : data.text("text");
    case EventKind::ResponseReceived: {
        const Fields usage = data.object("usage");
        return tr("answered (%1): %2 tokens in, %3 out, %4")
            .arg(data.text("finish_reason"), format::count(usage.count("input_tokens")),
                 format::count(usage.count("output_tokens")),
                 data.has("cost_usd") ? format::money(data.real("cost_usd")) : tr("unpriced"));
    }
    default: {
        QString text = withReason(tr("request failed"), data.text("message"));
        if (const auto retry = data.integer("retry_in_ms"))
            text += tr(" · tries again in %1").arg(format::duration(*retry * 1000));
        return text;
    }
    }
}

QString limiterSummary(EventKind kind, const Fields &data)
{
    switch (kind) {
    case EventKind::LimiterAcquired:
        return tr("%1 tokens reserved; the window holds %2")
            .arg(format::estimate(data.count("tokens")),
                 format::count(data.count("window_tokens")));
    case EventKind::LimiterSettled:
        return tr("%1 tokens used of %2 reserved")
            .arg(format::count(data.count("tokens_actual")),
                 format::estimate(data.count("tokens_est")));
    case EventKind::LimiterReleased:
        return tr("%1 reserved tokens given back").arg(format::count(data.count("tokens")));
    case EventKind::LimiterExpired:
        return tr("a reservation of %1 tokens expired").arg(format::count(data.count("tokens")));
    case EventKind::LimiterHeld: return withReason(tr("a pause for all"), data.text("sentence"));
    default:
        return withReason(kind == EventKind::LimiterWaiting ? tr("waits") : tr("refused"),
                          data.text("sentence"));
    }
}

QString claimSummary(EventKind kind, const Fields &data)
{
    switch (kind) {
    case EventKind::ClaimGranted: {
        const Fields before = data.object("replaced");
        return tr("claimed %1").arg(region(data))
               + (before.has("start")
                      ? tr(", replaced %1")
                            .arg(format::lines(before.line("start"), before.line("end")))
                      : QString());
    }
    case EventKind::ClaimDenied:
        return tr("was refused %1: %2 holds %3 for another %4")
            .arg(region(data), data.text("holder"),
                 format::lines(data.line("holder_start"), data.line("holder_end")),
                 format::remaining(data.integer("expires_in_ms", 0)));
    case EventKind::ClaimReleased: return tr("released %1").arg(region(data));
    case EventKind::ClaimExpired: return tr("the claim on %1 expired").arg(region(data));
    case EventKind::ClaimMoved:
        return tr("the claim on %1 moved to %2 with an edit by %3")
            .arg(data.text("file") + QLatin1Char(':')
                     + format::lines(data.line("from_start"), data.line("from_end")),
                 format::lines(data.line("start"), data.line("end")), data.text("by"));
    default:
        return tr("edited %1, +%2 −%3")
                   .arg(region(data))
                   .arg(data.count("added"))
                   .arg(data.count("removed"))
               + (data.flag("inside_claim", true) ? QString() : tr(", outside any claim"));
    }
}

QString memorySummary(EventKind kind, const Fields &data)
{
    switch (kind) {
    case EventKind::MemoryStored:
        return tr("remembered (%1): %2").arg(data.text("type"), data.text("content"));
    case EventKind::MemoryForgotten: return tr("forgot %1").arg(data.text("id"));
    default:
        return tr("searched “%1”: %2 found, %3 dropped")
            .arg(data.text("query"), QString::number(data.list("results").size()),
                 QString::number(data.list("dropped").size()));
    }
}

QString graphSummary(EventKind kind, const Fields &data)
{
    const Fields entry = data.object("entry");
    const Fields document = data.object("document");
    const Fields link = data.object("link");
    const Fields node = data.object("node");
    const Fields edge = data.object("edge");
    switch (kind) {
    case EventKind::KnowledgeLoaded:
        return tr("the knowledge base holds %1 entries, %2 links and %3 documents from before")
            .arg(data.list("entries").size())
            .arg(data.list("links").size())
            .arg(data.list("documents").size());
    case EventKind::KnowledgeSaved:
        return data.has("document")
                   ? tr("document “%1”: %2").arg(document.text("title"), document.text("status"))
                   : withReason(tr("entry “%1”").arg(entry.text("title")),
                                entry.has("summary") ? entry.text("summary")
                                                     : entry.text("content"));
    case EventKind::KnowledgeLinked:
        return tr("linked two entries (%1)").arg(link.text("link_type"));
    case EventKind::KnowledgeDeleted:
        return tr("deleted %1 %2").arg(data.text("what"), data.text("id"));
    case EventKind::KnowledgeSearched:
        return tr("searched the knowledge base for “%1”: %2 found")
            .arg(data.text("query"))
            .arg(data.list("results").size());
    case EventKind::DecisionsLoaded:
        return tr("the decision graph holds %1 nodes and %2 edges from before")
            .arg(data.list("nodes").size())
            .arg(data.list("edges").size());
    case EventKind::DecisionRecorded:
        return withReason(tr("%1: %2").arg(node.text("type"), node.text("label")),
                          node.text("rationale"));
    case EventKind::DecisionLinked: return tr("linked two nodes (%1)").arg(edge.text("edge_type"));
    case EventKind::DecisionUpdated:
        return tr("%1 “%2” is %3").arg(node.text("type"), node.text("label"), node.text("status"));
    default: return tr("deleted node %1").arg(data.text("id"));
    }
}

QString summary(const Event &event)
{
    const Fields data(event.data);
    switch (event.kind) {
    case EventKind::RunStarted:
        return withReason(data.text("sandbox").isEmpty()
                              ? tr("run of team %1").arg(data.text("team"))
                              : tr("run of team %1 (sandbox of commands: %2)")
                                    .arg(data.text("team"), data.text("sandbox")),
                          data.text("task"));
    case EventKind::RunFinished:
        return withReason(tr("run %1").arg(data.text("outcome")), data.text("reason"));
    case EventKind::RunPaused: return tr("run paused");
    case EventKind::RunResumed: return tr("run goes on");
    case EventKind::AgentStarted:
        return data.text("role").isEmpty()
                   ? tr("started on %1").arg(data.text("model"))
                   : tr("started as %1 on %2").arg(data.text("role"), data.text("model"));
    case EventKind::AgentState:
        return withReason(data.text("state").replace(QLatin1Char('_'), QLatin1Char(' ')),
                          data.text("reason"));
    case EventKind::AgentFinished:
        return withReason(
            tr("finished, %1, after %2")
                .arg(data.text("outcome"),
                     format::counted(data.count("iterations"), tr("iteration"), tr("iterations"))),
            data.has("error") ? data.text("error") : data.text("output"));
    case EventKind::IterationStarted: return tr("iteration %1").arg(data.count("n"));
    case EventKind::MessageAdded: return messageSummary(data.object("message"));
    case EventKind::RequestSent:
    case EventKind::ModelDelta:
    case EventKind::ResponseReceived:
    case EventKind::RequestFailed: return modelSummary(event.kind, data);
    case EventKind::ToolStarted: return data.text("tool") + arguments(data);
    case EventKind::ToolFinished:
        return withReason(data.text("tool") + (data.flag("ok") ? tr(" ok") : tr(" failed")),
                          data.text("content"));
    case EventKind::ApprovalRequested:
        return tr("asks for approval of %1").arg(data.text("tool")) + arguments(data);
    case EventKind::ApprovalResolved:
        return withReason(
            tr("%1: %2 by %3").arg(data.text("tool"), data.text("decision"), data.text("by")),
            data.text("note"));
    case EventKind::LimiterAcquired:
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied:
    case EventKind::LimiterSettled:
    case EventKind::LimiterReleased:
    case EventKind::LimiterExpired:
    case EventKind::LimiterHeld: return limiterSummary(event.kind, data);
    case EventKind::ClaimGranted:
    case EventKind::ClaimDenied:
    case EventKind::ClaimReleased:
    case EventKind::ClaimExpired:
    case EventKind::ClaimMoved:
    case EventKind::FileEdited: return claimSummary(event.kind, data);
    case EventKind::Warning: return withReason(tr("warning"), data.text("message"));
    case EventKind::DiscoveryShared: return withReason(data.text("topic"), data.text("text"));
    case EventKind::PeerMessageSent:
        return tr("to %1: %2")
            .arg(data.has("to") ? data.text("to") : tr("everybody"), data.text("text"));
    case EventKind::PeerMessageDelivered:
        return tr("from %1: %2").arg(data.text("from"), data.text("text"));
    case EventKind::MemoryStored:
    case EventKind::MemorySearched:
    case EventKind::MemoryForgotten: return memorySummary(event.kind, data);
    case EventKind::ContextUpdated:
        return tr("context changed by %1")
            .arg(format::counted(qint64(data.list("ops").size()), tr("operation"),
                                 tr("operations")));
    case EventKind::ContextSaved:
        return tr("context saved, version %1, %2 bytes")
            .arg(data.count("version"))
            .arg(data.count("bytes"));
    case EventKind::SaveFailed: return withReason(tr("context not saved"), data.text("message"));
    case EventKind::ModelSwitched:
        return tr("%1 in place of %2").arg(data.text("to"), data.text("from"));
    case EventKind::ToolRequested: return tr("wants %1").arg(data.text("tool")) + arguments(data);
    case EventKind::HookDecided:
        return withReason(tr("hooks at %1: %2").arg(data.text("point"), data.text("decision")),
                          data.text("reason"));
    case EventKind::OutputRejected:
        return withReason(tr("answer not accepted"), data.text("message"));
    case EventKind::LoopNoticed:
        return data.flag("stops") ? tr("ended: the same calls %1 times").arg(data.count("repeats"))
                                  : tr("the same calls %1 times").arg(data.count("repeats"));
    case EventKind::AgentJoined:
        return withReason(data.text("parent").isEmpty()
                              ? tr("joined as %1").arg(data.text("role"))
                              : tr("joined as sub-agent of %1").arg(data.text("parent")),
                          data.text("task"));
    case EventKind::AgentLeft: return withReason(tr("left the team"), data.text("reason"));
    case EventKind::AgentInterrupted: return withReason(tr("interrupted"), data.text("reason"));
    case EventKind::HistoryCleared:
        return tr("conversation cleared, %1")
            .arg(format::counted(data.count("messages"), tr("message"), tr("messages")));
    case EventKind::ContextLoaded:
        return tr("goes on from %1, %2")
            .arg(data.text("session"),
                 format::counted(data.count("messages"), tr("message"), tr("messages")));
    case EventKind::ContextCompacted:
        return tr("conversation shortened from %1 to %2 tokens: %3 cut, %4 taken out")
            .arg(
                format::count(data.count("before_tokens")),
                format::count(data.count("after_tokens")),
                format::counted(qint64(data.list("shortened").size()), tr("result"), tr("results")),
                format::counted(data.count("dropped_messages"), tr("message"), tr("messages")));
    case EventKind::ResultSpilled:
        return tr("%1: a result of %2 bytes is kept as %3")
            .arg(data.text("tool"), format::count(data.count("bytes")), data.text("handle"));
    case EventKind::KnowledgeLoaded:
    case EventKind::KnowledgeSaved:
    case EventKind::KnowledgeLinked:
    case EventKind::KnowledgeDeleted:
    case EventKind::KnowledgeSearched:
    case EventKind::DecisionsLoaded:
    case EventKind::DecisionRecorded:
    case EventKind::DecisionLinked:
    case EventKind::DecisionUpdated:
    case EventKind::DecisionDeleted: return graphSummary(event.kind, data);
    case EventKind::Count: break;
    }
    return {};
}

} // namespace

QString eventSummary(const Event &event) { return format::oneLine(summary(event), 240); }

EventGroup eventGroup(EventKind kind)
{
    switch (kind) {
    case EventKind::RunStarted:
    case EventKind::RunFinished:
    case EventKind::RunPaused:
    case EventKind::RunResumed: return EventGroup::Run;
    case EventKind::AgentStarted:
    case EventKind::AgentState:
    case EventKind::AgentFinished:
    case EventKind::AgentJoined:
    case EventKind::AgentLeft:
    case EventKind::AgentInterrupted:
    case EventKind::HistoryCleared:
    case EventKind::ContextLoaded:
    case EventKind::ContextCompacted:
    case EventKind::IterationStarted: return EventGroup::Agent;
    case EventKind::MessageAdded:
    case EventKind::RequestSent:
    case EventKind::ModelDelta:
    case EventKind::ResponseReceived: return EventGroup::Model;
    case EventKind::ToolStarted:
    case EventKind::ToolFinished:
    case EventKind::ResultSpilled: return EventGroup::Tool;
    case EventKind::ApprovalRequested:
    case EventKind::ApprovalResolved: return EventGroup::Approval;
    case EventKind::LimiterAcquired:
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied:
    case EventKind::LimiterSettled:
    case EventKind::LimiterReleased:
    case EventKind::LimiterExpired:
    case EventKind::LimiterHeld: return EventGroup::Limiter;
    case EventKind::ClaimGranted:
    case EventKind::ClaimDenied:
    case EventKind::ClaimReleased:
    case EventKind::ClaimExpired:
    case EventKind::ClaimMoved:
    case EventKind::FileEdited: return EventGroup::Claim;
    case EventKind::DiscoveryShared:
    case EventKind::PeerMessageSent:
    case EventKind::PeerMessageDelivered: return EventGroup::Team;
    case EventKind::MemoryStored:
    case EventKind::MemorySearched:
    case EventKind::MemoryForgotten: return EventGroup::Memory;
    case EventKind::ContextUpdated:
    case EventKind::ContextSaved: return EventGroup::Context;
    case EventKind::KnowledgeLoaded:
    case EventKind::KnowledgeSaved:
    case EventKind::KnowledgeLinked:
    case EventKind::KnowledgeDeleted:
    case EventKind::KnowledgeSearched: return EventGroup::Knowledge;
    case EventKind::DecisionsLoaded:
    case EventKind::DecisionRecorded:
    case EventKind::DecisionLinked:
    case EventKind::DecisionUpdated:
    case EventKind::DecisionDeleted: return EventGroup::Decision;
    case EventKind::ModelSwitched: return EventGroup::Model;
    case EventKind::ToolRequested: return EventGroup::Tool;
    case EventKind::HookDecided: return EventGroup::Approval;
    case EventKind::RequestFailed:
    case EventKind::Warning:
    case EventKind::SaveFailed:
    case EventKind::OutputRejected:
    case EventKind::LoopNoticed:
    case EventKind::Count: break;
    }
    return EventGroup::Problem;
}

QStringList eventGroupNames()
{
    return {QStringLiteral("Run"),     QStringLiteral("Agent"),    QStringLiteral("Model"),
            QStringLiteral("Tool"),    QStringLiteral("Approval"), QStringLiteral("Limiter"),
            QStringLiteral("Claim"),   QStringLiteral("Team"),     QStringLiteral("Memory"),
            QStringLiteral("Context"), QStringLiteral("Problem"),  QStringLiteral("Knowledge"),
            QStringLiteral("Decision")};
}

QString eventGroupName(EventGroup group)
{
    return eventGroupNames().value(static_cast<int>(group));
}

} // namespace orrery::ui
