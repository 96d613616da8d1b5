// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/conversations.h"

#include "core/state/logs.h"

namespace orrery::state {

namespace {

void change(Conversation &conversation, const StateEvent &event)
{
    switch (event.kind()) {
    case EventKind::MessageAdded:
        conversation.messages.push_back(std::make_shared<const std::uint64_t>(event.seq()));
        break;
    case EventKind::ModelDelta:
        if (conversation.firstPiece == 0)
            conversation.firstPiece = event.seq();
        conversation.lastPiece = event.seq();
        break;
    case EventKind::HistoryCleared:
    case EventKind::ContextLoaded: // whose messages are told again
        conversation.first = conversation.messages.size();
        conversation.compactedSeq = 0;
        break;
    case EventKind::ContextCompacted: conversation.compactedSeq = event.seq(); break;
    default: // its answer is whole, has failed, or nobody waits for it
        conversation.firstPiece = conversation.lastPiece = 0;
        break;
    }
}

} // namespace

bool Conversation::operator==(const Conversation &other) const
{
    return haveSame(messages, other.messages) && first == other.first
           && compactedSeq == other.compactedSeq && firstPiece == other.firstPiece
           && lastPiece == other.lastPiece;
}

const Conversation *Conversations::find(std::string_view agent) const
{
    const auto place = m_all->find(agent);
    return place == m_all->end() ? nullptr : &*place->second;
}

void Conversations::apply(const StateEvent &event)
{
    switch (event.kind()) {
    case EventKind::MessageAdded:
    case EventKind::ModelDelta:
    case EventKind::HistoryCleared:
    case EventKind::ContextLoaded:
    case EventKind::ContextCompacted:
    case EventKind::RequestSent:
    case EventKind::ResponseReceived:
    case EventKind::RequestFailed:
    case EventKind::AgentInterrupted:
    case EventKind::AgentFinished: break;
    default: return;
    }
    if (!event.isAgents())
        return;
    auto &all = m_all.change();
    auto place = all.find(event.agent());
    if (place == all.end())
        place = all.emplace(event.agent(), Shared<Conversation>()).first;
    change(place->second.change(), event);
}

} // namespace orrery::state
