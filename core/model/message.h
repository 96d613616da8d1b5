// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/block.h"
#include "core/model/json.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery {

enum class Role { System, User, Assistant, Tool };
const char *toString(Role role);

/// A call of a tool that a model asked for.
struct ToolCall {
    std::optional<std::string> id;
    std::optional<std::string> name;
    Json arguments = Json::object();
    /// Set when the model's argument text was not a JSON object; `arguments` is then `{}`.
    std::optional<std::string> invalidArguments;
    Json metadata; ///< null, or an object (for example Gemini's `thought_signature`)

    bool operator==(const ToolCall &) const = default;
};

/// A part of a user message that is more than text. Types: text, image_url, image, file, file_url, thinking.
struct ContentPart {
    std::string type;
    std::string content;
    Json options = Json::object();

    bool operator==(const ContentPart &) const = default;
};

/// One message of a conversation. A value; once in a context it is never changed.
struct Message {
    Role role = Role::User;
    std::optional<std::string> content;
    std::optional<std::string> reasoningContent;
    std::vector<ToolCall> toolCalls;
    std::optional<std::string> toolCallId;
    std::optional<std::string> name;
    Json metadata; ///< null or an object
    /// Of a user message or a tool's result; when set, even empty, it is what counts, and `content` only its text.
    std::optional<std::vector<ContentPart>> contentParts;
    BlocksPtr blocks; ///< of an assistant's message that its provider wants back in its own order

    static Message system(std::string text);
    static Message user(std::string text);
    static Message assistant(std::string text);
    static Message tool(std::string callId, std::string toolName, std::string text);
    /// A user's message that no person and no agent has written: `memories`, `summary`.
    static Message note(std::string kind, std::string text);
    /// The kind of such a message; empty for all others.
    std::string_view noteKind() const;

    bool operator==(const Message &other) const;
};

/// The neutral JSON form: role, content, reasoning_content, tool_calls, tool_call_id, name always present;
/// metadata, content_parts and blocks only when not empty.
Json toJson(const Message &message);
Json toJson(const ToolCall &call);
/// Append the same as text.
void appendJson(std::string &out, const Message &message);
void appendJson(std::string &out, const ToolCall &call);
void appendJson(std::string &out, const ContentPart &part);
/// Reads the neutral form; absent fields are null or empty. Errors name the offending field.
Result<Message> messageFromJson(const Json &json);
Result<ToolCall> toolCallFromJson(const Json &json);

} // namespace orrery
