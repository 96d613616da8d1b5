// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/messageitems.h"

#include "core/model/jsonwriter.h"

namespace orrery::llm {

bool isOwn(const Message &message, const ModelProfile &profile)
{
    return message.blocks && message.blocks->form == toString(profile.form)
           && message.blocks->provider == profile.provider
           // What OpenAI encrypts for one model no other can read.
           && (profile.form != WireForm::Responses || message.blocks->model == profile.model);
}

NativeObject::NativeObject(std::string &out, const Json &native) : m_out(out), m_native(native)
{
    if (native.is_object())
        for (const auto &[key, value] : native.items()) {
            m_out += m_separator;
            m_separator = ',';
            appendJsonString(m_out, key);
            m_out += ':';
            appendJson(m_out, value);
        }
    if (m_separator == '{') {
        m_out += '{';
        m_separator = '\0';
    }
}

bool NativeObject::begin(std::string_view name)
{
    if (m_native.is_object() && m_native.contains(name))
        return false;
    if (m_separator)
        m_out += m_separator;
    m_separator = ',';
    m_out += '"';
    m_out += name;
    m_out += "\":";
    return true;
}

void NativeObject::text(std::string_view name, std::string_view value)
{
    if (begin(name))
        appendJsonString(m_out, value);
}

void appendTextOrNull(std::string &out, const std::optional<std::string> &text)
{
    if (text)
        appendJsonString(out, *text);
    else
        out += "null";
}

void appendArguments(std::string &out, const ToolCall &call)
{
    if (call.arguments.is_null())
        out += "{}";
    else
        appendJson(out, call.arguments);
}

std::optional<std::string> nameOnWire(const std::optional<std::string> &name,
                                      const ModelProfile &profile)
{
    if (!name || fits(*name, profile.toolName))
        return name;
    return fittingName(*name, profile.toolName);
}

} // namespace orrery::llm
