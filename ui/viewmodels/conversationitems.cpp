// SPDX-License-Identifier: GPL-3.0-or-later
// How the events of an agent become the items of its conversation.
#include "ui/viewmodels/conversationmodel.h"

#include "ui/viewmodels/fields.h"
#include "ui/format/format.h"

#include <algorithm>

namespace orrery::ui {
namespace {

/// The text of a message; parts that are not text are named, never printed.
QString messageText(const Fields &message)
{
    QString text = message.text("content");
    for (const Json &part : message.list("content_parts")) {
        const Fields fields(part);
        const QString piece = fields.view("type") == "text"
                                  ? fields.text("content")
                                  : QStringLiteral("[%1]").arg(fields.text("type"));
        text += (text.isEmpty() ? QString() : QStringLiteral("\n")) + piece;
    }
    return text;
}

/// A tool's result; texts as they are, anything else as JSON.
QString contentText(const Fields &data, const char *key)
{
    const Json &value = data.json(key);
    return value.is_string() ? data.text(key) : value.is_null() ? QString() : jsonText(value, 2);
}

/// Calls without an id are told apart by the event that started them.
std::string toolKey(const Event &event)
{
    const auto call = Fields(event.data).view("call");
    if (!call.empty())
        return std::string(call);
    return '#' + std::to_string(event.kind == EventKind::ToolStarted ? event.seq : event.parent);
}

} // namespace

ConversationModel::Thread &ConversationModel::thread(const std::string &agent)
{
    return m_threads[agent];
}

std::size_t ConversationModel::numberOf(const std::string &run)
{
    if (m_runs.empty() || m_runs.back() != run)
        m_runs.push_back(run);
    return m_runs.size() - 1;
}

int ConversationModel::addItem(const Event &event, Kind kind, const QString &title,
                               const QString &text)
{
    Thread &of = thread(event.agent);
    const int item = static_cast<int>(m_items.size());
    Item added;
    added.kind = kind;
    added.agent = event.agent;
    added.title = title;
    added.text = text;
    added.timeUs = event.timeUs;
    added.seq = event.seq;
    added.run = numberOf(event.run);
    added.revision = ++m_revisions;
    added.rowOfAgent = static_cast<int>(of.items.size());
    m_items.push_back(std::move(added));
    of.items.push_back(item);
    return item;
}

void ConversationModel::changed(int item)
{
    Item &of = m_items[static_cast<std::size_t>(item)];
    of.revision = ++m_revisions;
    if (m_agent.empty())
        m_changes.touch(item);
    else if (of.agent == m_agent)
        m_changes.touch(of.rowOfAgent);
}

void ConversationModel::applyOne(const EventPtr &event)
{
    const Fields data(event->data);
    switch (event->kind) {
    case EventKind::AgentStarted: {
        // Its prompt follows as a message.
        QStringList what{tr("started"), data.text("role"), data.text("model")};
        what.removeAll(QString());
        addItem(*event, Kind::System, what.join(QStringLiteral(" · ")), {});
        break;
    }
    case EventKind::MessageAdded: addMessage(*event); break;
    case EventKind::ModelDelta: addDelta(*event); break;
    case EventKind::RequestSent:
    case EventKind::ResponseReceived:
    case EventKind::RequestFailed: applyRequest(*event); break;
    case EventKind::ToolStarted:
    case EventKind::ToolFinished:
    case EventKind::ApprovalRequested:
    case EventKind::ApprovalResolved: applyTool(event); break;
    case EventKind::PeerMessageDelivered: {
        const bool isPerson = data.view("from") == "person";
        const int item =
            addItem(*event, isPerson ? Kind::User : Kind::Peer,
                    isPerson ? tr("you") : tr("from %1").arg(data.text("from")), data.text("text"));
        thread(event->agent).peers.push_back(item);
        break;
    }
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied:
    case EventKind::Warning:
    case EventKind::SaveFailed:
    case EventKind::ModelSwitched:
    case EventKind::OutputRejected:
    case EventKind::LoopNoticed:
    case EventKind::AgentJoined:
    case EventKind::AgentLeft:
    case EventKind::AgentInterrupted:
    case EventKind::HistoryCleared:
    case EventKind::ContextLoaded:
    case EventKind::ContextCompacted:
    case EventKind::AgentFinished: addNotice(*event); break;
    case EventKind::HookDecided:
        // Looking on without a word is not worth a card.
        if (data.view("decision") != "allow")
            addNotice(*event);
        break;
    case EventKind::LimiterAcquired: closeLimit(*event); break;
    case EventKind::RunStarted:
    case EventKind::RunFinished: closeAll(); break;
    default: break;
    }
}

void ConversationModel::addMessage(const Event &event)
{
    const Fields message = Fields(event.data).object("message");
    const auto role = message.view("role");
    Thread &of = thread(event.agent);
    const QString text = messageText(message);
    if (role == "system") {
        addItem(event, Kind::System, tr("system"), text);
        m_items.back().collapsed = true;
    } else if (role == "user") {
        // What a peer sent is shown already, as what the peer sent.
        const auto shown = std::find_if(of.peers.begin(), of.peers.end(), [&](int item) {
            const QString &sent = m_items[static_cast<std::size_t>(item)].text;
            return !sent.isEmpty() && text.contains(sent);
        });
        if (shown != of.peers.end())
            of.peers.erase(shown);
        else
            addItem(event, Kind::User, tr("user"), text);
    } else if (role == "assistant") {
        const QString thinking = message.text("reasoning_content");
        if (of.assistant < 0 && (!text.isEmpty() || !thinking.isEmpty()))
            of.assistant = addItem(event, Kind::Assistant, tr("assistant"), text);
        if (of.assistant >= 0) {
            Item &item = m_items[static_cast<std::size_t>(of.assistant)];
            if (!text.isEmpty())
                item.text = text;
            if (!thinking.isEmpty())
                item.thinking = thinking;
            item.streaming = false;
            if (of.answerUs > 0)
                item.durationUs = of.answerUs;
            changed(of.assistant);
        }
        of.assistant = -1;
        of.answerUs = 0;
    } else if (role == "tool") {
        const std::string key(message.view("tool_call_id"));
        const auto found = of.tools.find(key);
        if (found == of.tools.end()) {
            // It never started: unknown, refused by a hook, or its arguments were no JSON.
            const int item = addItem(event, Kind::Tool, message.text("name"), text);
            m_items.back().toolState =
                Fields(event.data).view("how") == "denied" ? ToolState::Denied : ToolState::Failed;
            m_items.back().call = toQString(key);
            of.tools[key] = item;
            return;
        }
        Item &item = m_items[static_cast<std::size_t>(found->second)];
        const bool isOpen =
            item.toolState == ToolState::Running || item.toolState == ToolState::AwaitingApproval;
        if (isOpen)
            item.toolState = ToolState::Failed;
        if (isOpen || item.text.isEmpty()) {
            item.text = text;
            changed(found->second);
        }
    }
}

int ConversationModel::assistantItem(const Event &event, const std::string &call)
{
    Thread &of = thread(event.agent);
    if (of.assistant >= 0 && of.requestCall == call)
        return of.assistant;
    endStreaming(of);
    of.requestCall = call;
    of.assistant = addItem(event, Kind::Assistant, tr("assistant"), {});
    Item &item = m_items.back();
    item.streaming = true;
    item.call = toQString(call);
    return of.assistant;
}

void ConversationModel::addDelta(const Event &event)
{
    const Fields data(event.data);
    const auto text = data.view("text");
    const auto thinking = data.view("thinking");
    if (text.empty() && thinking.empty())
        return;
    const int index = assistantItem(event, std::string(data.view("call")));
    Item &item = m_items[static_cast<std::size_t>(index)];
    item.text += toQString(text);
    item.thinking += toQString(thinking);
    changed(index);
}

void ConversationModel::applyRequest(const Event &event)
{
    const Fields data(event.data);
    if (data.has("purpose"))
        return; // beside the conversation
    Thread &of = thread(event.agent);
    if (event.kind == EventKind::ResponseReceived) {
        of.answerUs = event.durationUs;
        if (of.assistant >= 0) {
            Item &item = m_items[static_cast<std::size_t>(of.assistant)];
            item.streaming = false;
            item.durationUs = event.durationUs;
            changed(of.assistant);
        }
        return;
    }
    endStreaming(of);
    of.answerUs = 0;
    of.requestCall = data.view("call");
    if (event.kind != EventKind::RequestFailed)
        return;
    QString text = data.text("message");
    if (const QString detail = data.text("detail"); !detail.isEmpty())
        text += QLatin1Char('\n') + detail;
    if (const QString other = data.text("fallback"); !other.isEmpty())
        text += QLatin1Char('\n') + tr("Asks %1 instead.").arg(other);
    if (const auto retry = data.integer("retry_in_ms"))
        text += QLatin1Char('\n')
                + tr("Attempt %1; tries again in %2.")
                      .arg(data.count("attempt"))
                      .arg(format::duration(std::max<qint64>(1, *retry) * 1000));
    addItem(event, Kind::Error, tr("request failed"), text);
    m_items.back().call = data.text("call");
}

void ConversationModel::endStreaming(Thread &of)
{
    if (of.assistant >= 0) {
        m_items[static_cast<std::size_t>(of.assistant)].streaming = false;
        changed(of.assistant);
    }
    of.assistant = -1;
}

int ConversationModel::toolItem(const Event &event)
{
    Thread &of = thread(event.agent);
    const std::string key = toolKey(event);
    const bool begins =
        event.kind == EventKind::ToolStarted || event.kind == EventKind::ApprovalRequested;
    if (const auto found = of.tools.find(key); found != of.tools.end()) {
        const ToolState state = m_items[static_cast<std::size_t>(found->second)].toolState;
        // Some models number their calls anew in each answer.
        if (!begins || state == ToolState::Running || state == ToolState::AwaitingApproval)
            return found->second;
    }
    const Fields data(event.data);
    const int item = addItem(event, Kind::Tool, data.text("tool"), {});
    m_items.back().call = data.text("call");
    of.tools[key] = item;
    return item;
}

void ConversationModel::applyTool(const EventPtr &event)
{
    const Fields data(event->data);
    const int index = toolItem(*event);
    Item &item = m_items[static_cast<std::size_t>(index)];
    switch (event->kind) {
    case EventKind::ApprovalRequested:
        item.toolState = ToolState::AwaitingApproval;
        item.argumentsOf = event;
        break;
    case EventKind::ApprovalResolved:
        item.toolState = data.view("decision") == "reject" ? ToolState::Denied : ToolState::Running;
        if (item.toolState == ToolState::Denied)
            item.text = data.text("note");
        break;
    case EventKind::ToolStarted:
        item.toolState = ToolState::Running;
        item.argumentsOf = event;
        item.timeUs = event->timeUs;
        break;
    default:
        item.toolState = data.flag("ok") ? ToolState::Ok : ToolState::Failed;
        item.text = contentText(data, "content");
        item.durationUs = event->durationUs > 0 ? event->durationUs
                                                : std::max<qint64>(0, event->timeUs - item.timeUs);
        break;
    }
    changed(index);
}

void ConversationModel::addNotice(const Event &event)
{
    const Fields data(event.data);
    Thread &of = thread(event.agent);
    if (event.kind == EventKind::Warning) {
        addItem(event, Kind::Warning, tr("warning"), data.text("message"));
    } else if (event.kind == EventKind::SaveFailed) {
        addItem(event, Kind::Warning, tr("not saved"), data.text("message"));
    } else if (event.kind == EventKind::ModelSwitched) {
        addItem(
            event, Kind::Warning, tr("other model"),
            tr("%1 answers from now on, in place of %2.").arg(data.text("to"), data.text("from")));
    } else if (event.kind == EventKind::OutputRejected) {
        addItem(event, Kind::Warning, tr("answer not accepted"), data.text("message"));
    } else if (event.kind == EventKind::LoopNoticed) {
        addItem(event, Kind::Warning, tr("going round"),
                data.flag("stops") ? tr("The same calls for the %1th time: the turn is ended.")
                                         .arg(data.count("repeats"))
                                   : tr("The same calls for the %1th time; the agent is told.")
                                         .arg(data.count("repeats")));
    } else if (event.kind == EventKind::AgentJoined) {
        const QString parent = data.text("parent");
        addItem(event, Kind::Warning, tr("joined"),
                parent.isEmpty() ? tr("joined the team as %1").arg(data.text("role"))
                                 : tr("sub-agent of %1").arg(parent));
    } else if (event.kind == EventKind::AgentLeft) {
        endStreaming(of);
        closeLimit(event);
        addItem(event, Kind::Warning, tr("left"), data.text("reason"));
    } else if (event.kind == EventKind::AgentInterrupted) {
        endStreaming(of);
        closeLimit(event);
        addItem(event, Kind::Warning, tr("interrupted"), data.text("reason"));
    } else if (event.kind == EventKind::HistoryCleared) {
        addItem(event, Kind::Warning, tr("cleared"),
                tr("The conversation starts anew; what stands above is no longer part of it."));
    } else if (event.kind == EventKind::ContextLoaded) {
        addItem(event, Kind::Warning, tr("loaded"),
                tr("goes on from %1").arg(data.text("session")));
    } else if (event.kind == EventKind::ContextCompacted) {
        addItem(
            event, Kind::Warning, tr("shortened"),
            tr("%1 to %2 tokens; what stands above is kept, but the model no longer sees all of it")
                .arg(format::count(data.count("before_tokens")),
                     format::count(data.count("after_tokens"))));
    } else if (event.kind == EventKind::HookDecided) {
        const bool denied = data.view("decision") == "deny";
        const QString about = data.text("tool").isEmpty() ? data.text("point") : data.text("tool");
        const QString reason = data.text("reason");
        addItem(event, Kind::Warning, tr("hook"),
                denied
                    ? tr("refused %1%2")
                          .arg(about, reason.isEmpty() ? QString() : QStringLiteral(": ") + reason)
                    : tr("changed %1").arg(about));
    } else if (event.kind == EventKind::AgentFinished) {
        endStreaming(of);
        closeLimit(event);
        const QString error = contentText(data, "error");
        const bool stopped = data.view("outcome") == "stopped";
        const bool isTold =
            !of.items.empty()
            && m_items[static_cast<std::size_t>(of.items.back())].kind == Kind::Error
            && m_items[static_cast<std::size_t>(of.items.back())].text.startsWith(error);
        if (!error.isEmpty() && !isTold)
            addItem(event, stopped ? Kind::Warning : Kind::Error,
                    stopped ? tr("stopped") : tr("failed"), error);
    } else {
        // A wait that goes on is told once.
        const int item =
            of.limit >= 0 ? of.limit : addItem(event, Kind::Limit, tr("rate limit"), {});
        Item &notice = m_items[static_cast<std::size_t>(item)];
        notice.text = data.text("sentence");
        notice.fitsAtMs = data.integer("fits_at_ms");
        notice.streaming = event.kind == EventKind::LimiterWaiting;
        of.limit = notice.streaming ? item : -1;
        changed(item);
    }
}

void ConversationModel::closeLimit(const Event &event)
{
    Thread &of = thread(event.agent);
    if (of.limit < 0)
        return;
    Item &notice = m_items[static_cast<std::size_t>(of.limit)];
    notice.streaming = false;
    notice.fitsAtMs.reset();
    notice.durationUs = std::max<qint64>(0, event.timeUs - notice.timeUs);
    changed(of.limit);
    of.limit = -1;
}

void ConversationModel::closeAll()
{
    for (auto &[name, of] : m_threads) {
        endStreaming(of);
        if (of.limit >= 0) {
            m_items[static_cast<std::size_t>(of.limit)].streaming = false;
            m_items[static_cast<std::size_t>(of.limit)].fitsAtMs.reset();
            changed(of.limit);
            of.limit = -1;
        }
        for (const auto &[call, item] : of.tools) {
            ToolState &state = m_items[static_cast<std::size_t>(item)].toolState;
            if (state != ToolState::Running && state != ToolState::AwaitingApproval)
                continue;
            state = ToolState::Unfinished;
            changed(item);
        }
        of.tools.clear();
        of.peers.clear();
    }
}

} // namespace orrery::ui
