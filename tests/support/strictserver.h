// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/strictanswers.h"

#include <QTcpServer>

#include <map>

class QTcpSocket;

namespace orrery::testing {

/// All providers at once on a port of loopback, as strict as they are (StrictRule): each refuses what it refuses, else goes
/// on with the plot of the conversation. Conversation and provider are in the path, so that any number go on side by side:
/// `/CONVERSATION/PROVIDER/…`. Lives on one thread, which runs an event loop.
class StrictServer
{
public:
    struct Refused {
        std::string provider;
        std::string rule;    ///< its id; `key` when there was none, `path` for an unknown address
        std::string message; ///< in the provider's words
        Json body;           ///< of the request
    };
    struct Conversation {
        StrictPlot plot = StrictPlot::Loop;
        std::string busy;  ///< this provider answers 503 …
        int busyFrom = -1; ///< … from this answer on
        int answers = 0;   ///< given so far
        int turnedAway = 0;
        std::vector<std::string> by; ///< who gave each of them
        std::vector<Refused> refused;
    };

    StrictServer();

    /// Begins a conversation; `busy` has no answers any more from the `busyFrom`-th on.
    int open(StrictPlot plot, std::string busy = {}, int busyFrom = -1);
    const Conversation &conversation(int number) const { return m_conversations.at(number); }
    /// What an agent of that conversation is told as the provider's address.
    std::string baseUrl(int number, const std::string &provider) const;

private:
    struct Answer {
        int status = 200;
        QByteArray type;
        QByteArray body;
    };
    void accept(QTcpSocket *socket);
    void read(QTcpSocket *socket);
    Answer answer(const QByteArray &head, const QByteArray &body);
    Answer answerIn(Conversation &conversation, StrictRequest request, bool asSse);

    QTcpServer m_server;
    std::map<int, Conversation> m_conversations;
};

} // namespace orrery::testing
