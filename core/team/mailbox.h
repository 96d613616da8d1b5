// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace orrery::team {

struct PeerMessage {
    std::string id;
    std::string from;
    std::string to; ///< the recipient; a broadcast is put once into every other member's box
    std::string text;
    bool broadcast = false;
};

/// Messages between agents, delivered once and in order into the recipient's next request. Thread-safe.
class Mailbox
{
public:
    explicit Mailbox(std::vector<std::string> members);
    /// False if there is no such member.
    bool send(PeerMessage message);
    /// To every member but the sender; the number of recipients.
    int broadcast(const std::string &id, const std::string &from, const std::string &text);
    /// Takes out all that wait for `agent`.
    std::vector<PeerMessage> take(const std::string &agent);
    bool hasMail(const std::string &agent) const;
    bool anyMail() const;
    const std::vector<std::string> &members() const { return m_members; }

private:
    const std::vector<std::string> m_members;
    mutable std::mutex m_mutex;
    std::unordered_map<std::string, std::vector<PeerMessage>> m_boxes; // guarded by m_mutex
};

} // namespace orrery::team
