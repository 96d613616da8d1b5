// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/messageitems.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::llm {

/// Writes a conversation as the list of messages of one model's requests, each message once and in order: what neighbours
/// have to be one message, what is left out, filled in or moved is said by the model's profile. What has been written never
/// changes; the last message stays open, for one more result of the same answer may go into it.
class MessageWriter
{
public:
    MessageWriter(ModelProfile profile, UnsignedThinking thinking);

    /// Appends what comes behind all that was appended so far; nothing for a message that is left out, and for a system
    /// message but in OpenAI's form (see addSystemText()). `isInLoop`: it stands behind the last user message, so the model
    /// is still at work on it. Errors: InvalidArgument for what cannot be sent; `out` is then as it was.
    Result<void> append(std::string &out, const Message &message, bool isInLoop);
    /// What closes the message that is open.
    std::string tail() const { return m_tail + behind(); }
    /// Of the profile, what has to be known before a message is written.
    const ModelProfile &profile() const { return m_profile; }
    /// The text of all system messages where they are one (OpenAI's form, LateSystem::Merged); goes out with the first.
    void setSystem(std::optional<std::string> text) { m_system = std::move(text); }

private:
    enum class Open { Nothing, List, Text, Object };

    void begin(std::string &out, std::string_view role, Open kind);
    std::string behind() const;
    bool joins(std::string_view role, Open kind) const;
    void appendText(std::string &out, std::string_view role, std::string_view text);
    ItemTerms terms(bool isInLoop);
    bool isLeftOut(const Message &message) const;
    std::string_view contentOr(const Message &message) const;

    Result<void> appendItems(std::string &out, const Message &message);
    Result<void> appendSystem(std::string &out, const Message &message);
    Result<void> appendUser(std::string &out, const Message &message);
    Result<void> appendResult(std::string &out, const Message &message);
    Result<void> appendAssistant(std::string &out, const Message &message, bool isInLoop);
    void appendOpenAiAssistant(std::string &out, const Message &message, bool isInLoop);

    const ModelProfile m_profile;
    const UnsignedThinking m_thinking;
    CallIds m_ids;
    std::optional<std::string> m_system;
    bool m_hasSystem = false;
    bool m_hasOther = false; ///< a message that is not the system's
    std::string m_role;      ///< of the open message
    bool m_isResult = false; ///< it holds results
    Open m_open = Open::Nothing;
    std::string m_items;  // reused
    std::string m_quoted; // reused
    std::string m_tail;   ///< of the open message
    std::string m_behind; ///< parts that are to follow the results of this answer (OpenAI's form)
};

/// A server that takes everything: the neutral form of a conversation, written plainly.
ModelProfile plainProfile(WireForm form);

} // namespace orrery::llm
