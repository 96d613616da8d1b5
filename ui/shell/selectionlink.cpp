// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/selectionlink.h"

#include "ui/panels/conversationpanel.h"
#include "ui/panels/eventspanel.h"
#include "ui/viewmodels/fields.h"
#include "ui/viewmodels/rundocument.h"

#include <utility>

namespace orrery::ui {

SelectionLink::SelectionLink(RunDocument &document, EventsPanel &events,
                             ConversationPanel &conversation)
    : m_document(document), m_events(events), m_conversation(conversation)
{
    connect(&events, &EventsPanel::eventChosen, this, [this](const QModelIndex &event) {
        const quint64 seq = event.data(EventsModel::SeqRole).toULongLong();
        choose(seq, toQString(m_document.timeline().callOf(seq)), &m_events);
    });
    connect(&conversation, &ConversationPanel::cardChosen, this, [this](const QModelIndex &card) {
        choose(card.data(ConversationModel::SeqRole).toULongLong(),
               card.data(ConversationModel::CallRole).toString(), &m_conversation);
    });
    connect(&document.selection(), &Selection::changed, this, &SelectionLink::show);
}

void SelectionLink::choose(quint64 seq, const QString &call, const void *in)
{
    if (m_leading)
        return;
    m_leading = in;
    m_document.selection().select(seq, call);
    m_leading = nullptr;
}

void SelectionLink::show()
{
    const Selection &selection = m_document.selection();
    if (selection.seq() == 0)
        return;
    const void *const leading = std::exchange(m_leading, this);
    const EventsModel *events = m_document.events();
    if (const int row = events->rowOfSeq(selection.seq()); leading != &m_events && row >= 0) {
        const QModelIndex shown =
            m_document.filteredEvents()->mapFromSource(events->index(row, EventsModel::Summary));
        if (shown.isValid() && shown.data(EventsModel::SeqRole).toULongLong() == selection.seq())
            m_events.bringUp(shown);
    }
    const ConversationModel *cards = m_document.conversation();
    // From the end, where people look most.
    for (int row = cards->rowCount() - 1;
         row >= 0 && leading != &m_conversation && !selection.call().isEmpty(); --row)
        if (cards->index(row, 0).data(ConversationModel::CallRole).toString() == selection.call()) {
            m_conversation.showCard(row);
            break;
        }
    m_leading = leading;
}

} // namespace orrery::ui
