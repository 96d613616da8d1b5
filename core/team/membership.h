// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace orrery::team {

struct Member {
    std::string name;
    std::string role;
    std::string model;
    std::string parent; ///< whose sub-agent it is; empty = a member in its own right
    int depth =
        0; ///< 0 = a member in its own right, 1 = a sub-agent, 2 = a sub-agent's sub-agent, …
};

/// Who is in the team now, in the order of joining. Thread-safe.
class Membership
{
public:
    /// False if somebody of that name is a member already.
    bool join(Member member);
    /// False if there is no such member.
    bool leave(const std::string &name);
    std::optional<Member> find(const std::string &name) const;
    bool has(const std::string &name) const { return find(name).has_value(); }
    std::vector<Member> list() const;
    /// Its parent, the parent's parent and so on, also where one of them, or it itself, has left.
    std::vector<std::string> parentsOf(const std::string &name) const;

private:
    mutable std::mutex m_mutex;
    std::vector<Member> m_members; // guarded by m_mutex
    std::map<std::string, std::string>
        m_parents; // of all that ever joined as sub-agents; guarded by m_mutex
};

} // namespace orrery::team
