// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/knowledge/knowledgebase.h"

#include <string>
#include <vector>

namespace orrery::knowledge {

struct HealthIssue {
    enum class Type : std::uint8_t { Orphan, LowConfidence, FailedDocument };
    enum class Severity : std::uint8_t { Low, Medium, High };
    Type type = Type::Orphan;
    Severity severity = Severity::Low;
    std::string entryId; ///< empty for a document
    std::string documentId;
    std::string description;
    std::string suggestedAction;
};
std::string_view toString(HealthIssue::Type type);         ///< orphan, low_confidence, inconsistent
std::string_view toString(HealthIssue::Severity severity); ///< low, medium, high

/// How well a knowledge base is kept. The three scores are 0…1, rounded to three digits:
/// coverage = compiled documents / documents (1 without any); freshness = exp(-mean age / 30 days), ages since the last
/// update in whole hours (0 without entries); coherence = 1 - 0.2 a high issue - 0.1 a medium one - 0.05 a low one.
struct HealthReport {
    std::size_t entries = 0, links = 0, documents = 0, pendingDocuments = 0;
    double coverage = 1, freshness = 0, coherence = 1;
    std::vector<HealthIssue> issues; ///< orphans, low confidence, failed documents
};

/// Of one knowledge base, or of all without an id. An orphan has no source document and is no end of any link.
HealthReport checkHealth(const KnowledgeBase &base, const std::optional<std::string> &kbId,
                         std::int64_t nowMs);

/// Rounded to so many decimal digits, exact halves away from zero.
double rounded(double value, int digits);

} // namespace orrery::knowledge
