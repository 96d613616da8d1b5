// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace orrery::team {

struct PeerMessage {
    std::string id;
    std::string from;
    std::string to; ///< the recipient; a broadcast is put once into every recipient's box
    std::string text;
    bool broadcast = false;
};

/// Messages between agents, delivered once and in order into the recipient's next request. Thread-safe.
class Mailbox
{
public:
    /// Opens a box. Nothing happens when there is one already.
    void open(const std::string &member);
    /// Closes it. What was not taken out is lost; its number.
    std::size_t close(const std::string &member);
    /// False if there is no such box.
    bool send(PeerMessage message);
    /// Takes out all that wait for `agent`.
    std::vector<PeerMessage> take(const std::string &agent);
    /// What take() would give; it stays in the box.
    std::vector<PeerMessage> peek(const std::string &agent) const;
    bool hasMail(const std::string &agent) const;

private:
    mutable std::mutex m_mutex;
    std::unordered_map<std::string, std::vector<PeerMessage>> m_boxes; // guarded by m_mutex
};

} // namespace orrery::team
