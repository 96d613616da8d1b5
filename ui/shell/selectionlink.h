// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace orrery::ui {

class ConversationPanel;
class EventsPanel;
class RunDocument;

/// What the person chooses in the log or in the conversation is selected in the document, and what is selected there, by
/// whomever, is shown in both. The keyboard stays where it is.
class SelectionLink : public QObject
{
    Q_OBJECT
public:
    SelectionLink(RunDocument &document, EventsPanel &events, ConversationPanel &conversation);

private:
    void choose(quint64 seq, const QString &call, const void *in);
    void show();

    RunDocument &m_document;
    EventsPanel &m_events;
    ConversationPanel &m_conversation;
    const void *m_leading =
        nullptr; ///< the panel in which the person chooses, or that is being changed
};

} // namespace orrery::ui
