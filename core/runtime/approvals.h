// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

namespace orrery::runtime {

/// Who answers approval requests when no person is there.
enum class ApprovalMode {
    Ask,   ///< a person, through TeamRun::resolveApproval()
    None,  ///< nobody: every request is rejected
    Write, ///< file changes are approved, commands rejected
    All
};

struct ApprovalDecision {
    enum class Verdict { Approve, Reject, Edit } verdict = Verdict::Reject;
    Json arguments;            ///< for Edit
    std::string note;          ///< shown to the model on Reject
    bool wholeRun = false;     ///< approve this tool for the rest of the run without asking again
    std::string by = "person"; ///< or `mode`: answered by the run's ApprovalMode
};
const char *toString(ApprovalDecision::Verdict verdict); ///< approve, reject, edit

/// The approvals of a run that wait for an answer. Each has an id of its own: ids of calls come from providers, and two
/// agents may well have the same. Thread-safe.
class ApprovalDesk
{
public:
    using Answered = std::function<void(const std::string &id, ApprovalDecision decision)>;
    /// `answered` is called once, on the thread that answers, unless it is withdrawn; it must only post. Returns the id.
    std::string open(Answered answered);
    /// False when no such approval waits (any more).
    bool resolve(const std::string &id, ApprovalDecision decision);
    void withdraw(const std::string &id);

private:
    std::mutex m_mutex;
    std::unordered_map<std::string, Answered> m_open; ///< by id; guarded by m_mutex
};

} // namespace orrery::runtime
