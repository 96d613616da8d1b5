// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <map>
#include <string>
#include <vector>

/// Texts, questions and which texts answer which question, as people have judged it.
struct TestCollection {
    struct Text {
        std::string id;
        std::string content;
    };
    struct Query {
        std::string id;
        std::string text;
        std::map<std::string, double> gains; ///< by id of a text, above 0
    };
    std::vector<Text> texts;    ///< without those that are empty
    std::vector<Query> queries; ///< that at least one text answers
};

/// Reads a folder with the files of the Cranfield collection: `cran.all.1400.xml` (each text between `<doc>` and
/// `</doc>`, with `docno` and `text`), `cran.qry.xml` (each question between `<top>` and `</top>`, with `title`) and
/// `cranqrel.trec.txt` (lines of question, 0, text, grade). A question's number in the judgements is its place among the
/// questions, from 1, and not its `num`. Errors name the file and what was expected.
orrery::Result<TestCollection> readTestCollection(const std::string &folder);

/// How good a ranking is. 1 is the best possible.
struct RankingQuality {
    double ndcg =
        0; ///< gain / log2(rank + 1), added up to the 10th rank, as part of what the best ranking reaches
    double recall = 0; ///< part of the texts with a gain that are among the first 10
};
constexpr std::size_t kJudgedRanks = 10;
RankingQuality qualityOf(const std::vector<std::string> &ranking,
                         const TestCollection::Query &query);
