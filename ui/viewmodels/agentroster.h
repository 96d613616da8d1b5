// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"

#include <QString>

#include <string>
#include <unordered_map>
#include <vector>

namespace orrery::ui {

/// The agents of a run in order of appearance: which colour and which two letters stand for each.
/// Shared by the projections of a document; learning the same event twice changes nothing.
class AgentRoster
{
public:
    struct Entry {
        std::string name;
        QString monogram;   ///< two letters, unique in the team
        int colorIndex = 0; ///< 0…7
    };

    void learn(const Event &event);
    void learn(const std::string &name);
    void clear();
    const std::vector<Entry> &entries() const { return m_entries; }
    /// Position in order of appearance; -1 for the person, the run as a whole and unknown names.
    int indexOf(const std::string &name) const;
    int colorIndex(const std::string &name) const;   ///< 0…7 or -1
    QString monogram(const std::string &name) const; ///< empty when unknown

private:
    QString makeMonogram(const std::string &name) const;

    std::vector<Entry> m_entries;
    std::unordered_map<std::string, int> m_index;
};

} // namespace orrery::ui
