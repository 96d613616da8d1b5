// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/toolschemalist.h"
#include "core/model/message.h"

namespace orrery::llm {

/// Makes calls of the tool calls that a server has left in the text as `<tool_call>…</tool_call>`, and takes them out
/// of it. `tools` are those of the request in OpenAI's form. Changes nothing when the message has calls already, or
/// when one of them is not a JSON object that names one of the tools: then the text only talks about calls.
void takeTextCalls(Message &message, const ToolSchemaList &tools);

} // namespace orrery::llm
