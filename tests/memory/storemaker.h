// SPDX-License-Identifier: GPL-3.0-or-later
// Stores to try, and what is put into them.
#pragma once

#include "core/memory/memorystore.h"

#include <QTemporaryDir>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orrery::testing {

using memory::Found;
using memory::Leg;
using memory::MemoryEntry;
using memory::MemoryStore;
using memory::ScopeField;

inline MemoryEntry entry(std::string id, std::string content, std::string scope = {})
{
    MemoryEntry made;
    made.id = std::move(id);
    made.content = std::move(content);
    made.scope = std::move(scope);
    return made;
}

inline std::optional<std::string> &owner(MemoryEntry &entry, ScopeField field)
{
    return entry.owner[static_cast<std::size_t>(field)];
}

inline std::vector<std::string> idsOf(const Leg &leg)
{
    std::vector<std::string> ids;
    for (const Found &found : leg.found)
        ids.push_back(found.entry.id);
    return ids;
}

/// Makes empty stores, each in a file of its own or in memory alone.
class StoreMaker
{
public:
    std::unique_ptr<MemoryStore> open(bool isFile)
    {
        if (!isFile)
            return memory::makeTransientStore();
        auto opened =
            memory::openSqliteStore(filePath("m" + std::to_string(++m_files) + ".sqlite"));
        return opened ? std::move(*opened) : nullptr;
    }
    std::string filePath(const std::string &name) const
    {
        return m_folder.filePath(QString::fromStdString(name)).toStdString();
    }

private:
    QTemporaryDir m_folder;
    int m_files = 0;
};

} // namespace orrery::testing
