// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/testcollection.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

using namespace orrery;

namespace {

Result<std::string> contentOf(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    if (!file || !(content << file.rdbuf()))
        return fail(ErrorCode::Io, path + " cannot be read");
    return content.str();
}

/// What stands between `<tag>` and `</tag>`, and is taken off the front of `text`. The files hold no other mark-up, and
/// are no XML documents: they have no root. Nothing when the tag does not come any more.
std::optional<std::string_view> take(std::string_view &text, const std::string &tag)
{
    const std::string opening = "<" + tag + ">";
    const auto from = text.find(opening);
    const auto to = from == text.npos ? text.npos : text.find("</" + tag + ">", from);
    if (to == text.npos)
        return std::nullopt;
    const std::string_view inside = text.substr(from + opening.size(), to - from - opening.size());
    text.remove_prefix(to);
    return inside;
}

Result<void> readTexts(const std::string &path, TestCollection &collection)
{
    const auto content = contentOf(path);
    if (!content)
        return fail(content.error());
    std::string_view rest = *content;
    while (auto doc = take(rest, "doc")) {
        const auto id = take(*doc, "docno");
        const auto text = take(*doc, "text");
        if (!id || !text)
            return fail(ErrorCode::InvalidArgument,
                        path + ": document " + std::to_string(collection.texts.size() + 1)
                            + " has no <docno> or no <text> after it");
        if (!isBlank(*text))
            collection.texts.push_back({std::string(trimmed(*id)), validUtf8(trimmed(*text))});
    }
    if (collection.texts.empty())
        return fail(ErrorCode::InvalidArgument, path + " holds no text, expected <doc> elements");
    return {};
}

Result<void> readQueries(const std::string &path, TestCollection &collection)
{
    const auto content = contentOf(path);
    if (!content)
        return fail(content.error());
    std::string_view rest = *content;
    while (auto top = take(rest, "top")) {
        const auto text = take(*top, "title");
        const std::string number = std::to_string(collection.queries.size() + 1);
        if (!text)
            return fail(ErrorCode::InvalidArgument,
                        path + ": question " + number + " has no <title>");
        collection.queries.push_back({number, validUtf8(trimmed(*text)), {}});
    }
    if (collection.queries.empty())
        return fail(ErrorCode::InvalidArgument,
                    path + " holds no question, expected <top> elements");
    return {};
}

Result<void> readJudgements(const std::string &path, TestCollection &collection)
{
    const auto content = contentOf(path);
    if (!content)
        return fail(content.error());
    std::istringstream lines(*content);
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        if (isBlank(line))
            continue;
        std::istringstream fields(line);
        std::size_t query = 0;
        std::string iteration, text;
        double grade = 0;
        if (!(fields >> query >> iteration >> text >> grade) || query < 1
            || query > collection.queries.size())
            return fail(ErrorCode::InvalidArgument,
                        path + ":" + std::to_string(number)
                            + ": expected the number of a question (1 to "
                            + std::to_string(collection.queries.size())
                            + "), 0, the number of a text and a grade");
        if (grade > 0)
            collection.queries[query - 1].gains[text] = grade;
    }
    std::erase_if(collection.queries, [](const auto &query) { return query.gains.empty(); });
    if (collection.queries.empty())
        return fail(ErrorCode::InvalidArgument, path + " holds no judgement above 0");
    return {};
}

double discounted(double gain, std::size_t rank)
{
    return gain / std::log2(static_cast<double>(rank) + 1);
}

} // namespace

Result<TestCollection> readTestCollection(const std::string &folder)
{
    TestCollection collection;
    if (auto read = readTexts(folder + "/cran.all.1400.xml", collection); !read)
        return fail(read.error());
    if (auto read = readQueries(folder + "/cran.qry.xml", collection); !read)
        return fail(read.error());
    if (auto read = readJudgements(folder + "/cranqrel.trec.txt", collection); !read)
        return fail(read.error());
    return collection;
}

RankingQuality qualityOf(const std::vector<std::string> &ranking,
                         const TestCollection::Query &query)
{
    double reached = 0;
    double found = 0;
    for (std::size_t i = 0; i < std::min(ranking.size(), kJudgedRanks); ++i) {
        const auto gain = query.gains.find(ranking[i]);
        if (gain == query.gains.end())
            continue;
        reached += discounted(gain->second, i + 1);
        ++found;
    }
    std::vector<double> gains;
    for (const auto &[text, gain] : query.gains)
        gains.push_back(gain);
    std::sort(gains.begin(), gains.end(), std::greater<>());
    double best = 0;
    for (std::size_t i = 0; i < std::min(gains.size(), kJudgedRanks); ++i)
        best += discounted(gains[i], i + 1);
    return {reached / best, found / static_cast<double>(gains.size())};
}
