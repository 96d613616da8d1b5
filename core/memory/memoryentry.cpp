// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/memoryentry.h"

#include "core/base/utf8.h"
#include "core/memory/vectorindex.h"

#include <cmath>

namespace orrery::memory {

namespace {

Result<void> checkText(const char *field, std::string_view text)
{
    if (validUtf8(text) != text)
        return fail(ErrorCode::InvalidArgument,
                    std::string("The ") + field + " of a memory must be UTF-8 text.");
    return {};
}

} // namespace

std::string_view toString(ScopeField field)
{
    constexpr std::array<std::string_view, kScopeFields.size()> names = {"agent_id", "session_id",
                                                                         "user_id", "namespace"};
    return names[static_cast<std::size_t>(field)];
}

std::optional<ScopeField> scopeFieldFromString(std::string_view name)
{
    for (const ScopeField field : kScopeFields)
        if (toString(field) == name)
            return field;
    return std::nullopt;
}

bool isMemoryType(std::string_view type)
{
    return type == "semantic" || type == "episodic" || type == "procedural";
}

Result<void> checkVector(std::span<const float> values)
{
    if (values.empty())
        return fail(ErrorCode::InvalidArgument, "The embedding has no values.");
    if (values.size() > VectorIndex::kMaxDimensions)
        return fail(ErrorCode::InvalidArgument, "The embedding has " + std::to_string(values.size())
                                                    + " values, expected at most "
                                                    + std::to_string(VectorIndex::kMaxDimensions)
                                                    + ".");
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isfinite(values[i]))
            return fail(ErrorCode::InvalidArgument,
                        "The embedding's value " + std::to_string(i) + " is not a finite number.");
    return {};
}

Result<void> checkEntry(const MemoryEntry &entry)
{
    if (entry.id.empty())
        return fail(ErrorCode::InvalidArgument, "A memory needs an id.");
    if (entry.content.size() > kMaxContentBytes)
        return fail(ErrorCode::InvalidArgument,
                    "The content of a memory may have at most "
                        + std::to_string(kMaxContentBytes / 1024) + " KiB, this one has "
                        + std::to_string(entry.content.size() / 1024) + ".");
    if (const auto text = checkText("id", entry.id); !text)
        return text;
    if (const auto text = checkText("content", entry.content); !text)
        return text;
    if (const auto text = checkText("scope", entry.scope); !text)
        return text;
    for (const ScopeField field : kScopeFields)
        if (entry.field(field))
            if (const auto text = checkText(toString(field).data(), *entry.field(field)); !text)
                return text;
    if (isBlank(entry.content))
        return fail(ErrorCode::InvalidArgument, "A memory needs content.");
    if (!isMemoryType(entry.type))
        return fail(ErrorCode::InvalidArgument,
                    "type must be semantic, episodic or procedural, not \"" + validUtf8(entry.type)
                        + "\".");
    if (!(entry.importance >= 0 && entry.importance <= 1))
        return fail(ErrorCode::InvalidArgument, "importance must be between 0 and 1.");
    if (!entry.metadata.is_object())
        return fail(ErrorCode::InvalidArgument, "metadata must be a JSON object.");
    return entry.embedding.empty() ? Result<void>() : checkVector(entry.embedding);
}

} // namespace orrery::memory
