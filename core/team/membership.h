// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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

private:
    mutable std::mutex m_mutex;
    std::vector<Member> m_members; // guarded by m_mutex
};

} // namespace orrery::team
