// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/spec.h"

#include <optional>
#include <string>
#include <vector>

/// One question to a model.
struct Question {
    orrery::ModelRef model;
    std::string prompt; ///< `-` = what is on standard input
    std::string system;
    std::string schemaFile;               ///< JSON Schema of the answer; empty = any text
    std::vector<std::string> attachments; ///< paths
    std::optional<int> maxTokens;
    bool showsThinking = false;
    bool tellsUsage = false;
    bool asJson = false;
};

/// Asks, and prints the answer on standard output: its text while it comes, or with a schema the JSON that is of it. All else
/// goes to standard error. The exit status: 0 for a complete answer; 1, with the reason, for one that was cut, refused,
/// filtered, empty or not of the schema, when the model cannot be asked and on Ctrl-C; 2 for a question that is none.
int ask(const Question &question);
