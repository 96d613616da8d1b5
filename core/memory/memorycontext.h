// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/memory.h"
#include "core/model/message.h"

#include <functional>

namespace orrery::memory {

/// What to look for before a request: the last message of the user that is text; empty when there is none.
std::string relevantQuery(const std::vector<Message> &messages);

/// The text of a note that hands the results of a search to a model, marked as data that is not to be
/// followed; empty when there are none. Each entry stands in a <retrieved_memory> element.
std::string retrievedMemories(const std::vector<SearchHit> &hits);

/// The two texts of a request that asks a model what of a conversation to remember.
struct ReflectionRequest {
    std::string system;
    std::string prompt;
};
/// With the last `most` messages but those of the system, and what is remembered so far.
ReflectionRequest reflectionRequest(const std::vector<Message> &messages, std::size_t most,
                                    const std::vector<MemoryEntry> &known);

/// One change that the model asks for.
struct MemoryChange {
    enum class Action { Remember, Update, Forget } action = Action::Remember;
    std::string id; ///< of Update and Forget
    std::optional<std::string> content;
    std::optional<std::string> type;
    std::optional<double> importance;
};
struct ReflectionAnswer {
    std::vector<MemoryChange> changes;
    std::vector<std::string> skipped; ///< operations that cannot be followed, and why
};
/// Reads the model's answer: a JSON array, maybe within a Markdown fence. Error when it is anything else.
Result<ReflectionAnswer> reflectionAnswer(std::string_view text);

/// What came of one change.
struct AppliedChange {
    MemoryChange::Action action;
    MemoryEntry entry; ///< as it is stored now; of Forget only the id
    std::string error; ///< empty = done
};
/// Carries the changes out one after another; one that fails keeps no other from being done. What is new belongs to
/// `owner` (its scope, owner fields and times; the id is made by `newId`). Only entries that `reach` selects are
/// updated or forgotten: a model must not touch what it was not shown.
std::vector<AppliedChange> applyChanges(Memory &memory, const std::vector<MemoryChange> &changes,
                                        const MemoryEntry &owner, const Filter &reach,
                                        const std::function<std::string()> &newId);

} // namespace orrery::memory
