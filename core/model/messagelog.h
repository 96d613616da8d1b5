// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/message.h"
#include "core/model/sharedlog.h"

namespace orrery {

/// A conversation.
using MessageLog = SharedLog<Message>;
using ToolCallLog = SharedLog<ToolCall>;

} // namespace orrery
