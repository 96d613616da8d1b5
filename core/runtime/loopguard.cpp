// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/loopguard.h"

#include "core/model/canonicaljson.h"

#include <algorithm>

namespace orrery::runtime {
namespace {

constexpr int kTellAt[] = {3, 5, 8};

std::string lowered(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return text;
}

std::string toldAt(int repeats, int limit, const std::vector<std::string> &tools)
{
    std::string names;
    for (const std::string &tool : tools)
        names += (names.empty() ? "" : ", ") + tool;
    const std::string what = "You have made the same call"
                             + std::string(tools.size() > 1 ? "s" : "")
                             + " with the same arguments " + std::to_string(repeats)
                             + " times in a row (" + names + "). ";
    if (repeats < 5)
        return what
               + "The result will not change by itself: look at it again, and do something else.";
    const std::string end = " At " + std::to_string(limit) + " repeats your turn is ended.";
    if (repeats < 8)
        return what
               + "This leads nowhere. Do not make it again. Say what you expected and what came "
                 "instead, then take another way, or answer with what you have."
               + end;
    return what
           + "Stop. Make no call of this kind again: answer now with what you know, and what you "
             "could not do."
           + end;
}

} // namespace

LoopGuard::LoopGuard(int limit, std::vector<std::string> exclude)
    : m_limit(limit), m_exclude(std::move(exclude))
{
    for (std::string &tool : m_exclude)
        tool = lowered(std::move(tool));
}

void LoopGuard::reset()
{
    m_last.clear();
    m_repeats = 0;
}

LoopGuard::Notice LoopGuard::answered(const std::vector<const ToolCall *> &calls)
{
    if (calls.empty())
        reset();
    Notice notice;
    std::string now;
    for (const ToolCall *call : calls) {
        const std::string tool = lowered(call->name.value_or(""));
        if (m_limit == 0 || std::find(m_exclude.begin(), m_exclude.end(), tool) != m_exclude.end())
            continue;
        now +=
            tool + ' '
            + (call->invalidArguments ? *call->invalidArguments : toCanonicalJson(call->arguments))
            + '\n';
        notice.tools.push_back(tool);
    }
    if (now.empty())
        return {};
    m_repeats = now == m_last ? m_repeats + 1 : 1;
    m_last = std::move(now);
    notice.ends = m_repeats >= m_limit;
    const bool isTold =
        std::find(std::begin(kTellAt), std::end(kTellAt), m_repeats) != std::end(kTellAt);
    if (!notice.ends && !isTold)
        return {};
    notice.repeats = m_repeats;
    if (!notice.ends)
        notice.told = toldAt(m_repeats, m_limit, notice.tools);
    return notice;
}

} // namespace orrery::runtime
