// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/lsamodel.h"

#include "core/memory/truncatedsvd.h"

#include <QCryptographicHash>

#include <algorithm>
#include <cmath>
#include <map>

namespace orrery::memory {

namespace {

constexpr int kIterations = 4;

using Counts =
    std::map<std::string, int>; // in the order of the terms, so that a fit can be repeated

Counts countsOf(std::vector<std::string> terms)
{
    Counts counts;
    for (std::string &term : terms)
        ++counts[std::move(term)];
    return counts;
}

double weightOf(int count, double idf) { return (1 + std::log(static_cast<double>(count))) * idf; }

/// Evenly from all of them.
std::vector<const std::string *> sampleOf(const std::vector<std::string> &texts, std::size_t most)
{
    const std::size_t count = std::min(texts.size(), most);
    std::vector<const std::string *> sample;
    for (std::size_t i = 0; i < count; ++i)
        sample.push_back(&texts[i * texts.size() / count]);
    return sample;
}

std::string nameOf(const std::vector<const std::string *> &texts, const LsaOptions &options)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    const auto add = [&hash](std::string_view bytes) {
        hash.addData(QByteArrayView(bytes.data(), static_cast<qsizetype>(bytes.size())));
    };
    for (const std::string *text : texts) {
        add(std::to_string(text->size()) + ":");
        add(*text);
    }
    add(std::to_string(options.dimensions) + "/" + std::to_string(options.mostTerms));
    return "lsa:" + hash.result().toHex().left(16).toStdString();
}

/// The terms of two texts or more, with the number of their texts; of too many those with most texts.
std::vector<std::pair<std::string, std::size_t>> vocabularyOf(const std::vector<Counts> &texts,
                                                              std::size_t most)
{
    std::map<std::string, std::size_t> documents;
    for (const Counts &counts : texts)
        for (const auto &[term, count] : counts)
            ++documents[term];
    std::vector<std::pair<std::string, std::size_t>> vocabulary;
    for (const auto &[term, count] : documents)
        if (count >= 2)
            vocabulary.emplace_back(term, count);
    if (vocabulary.size() > most) {
        std::stable_sort(vocabulary.begin(), vocabulary.end(),
                         [](const auto &a, const auto &b) { return a.second > b.second; });
        vocabulary.resize(most);
    }
    return vocabulary;
}

void scaleToOne(std::vector<SparseColumns::Entry> &column)
{
    double sum = 0;
    for (const auto &entry : column)
        sum += double(entry.value) * entry.value;
    if (sum > 0)
        for (auto &entry : column)
            entry.value = static_cast<float>(entry.value / std::sqrt(sum));
}

} // namespace

Result<std::shared_ptr<const LsaModel>> LsaModel::fit(const std::vector<std::string> &texts,
                                                      const LsaOptions &options,
                                                      const std::stop_token &stop)
{
    if (texts.size() < options.fewestTexts)
        return fail(ErrorCode::InvalidArgument, "There are " + std::to_string(texts.size())
                                                    + " texts, too few to learn from: it takes "
                                                    + std::to_string(options.fewestTexts) + ".");
    auto reader = TermReader::open();
    if (!reader)
        return fail(std::move(reader.error()));
    const auto sample = sampleOf(texts, options.mostTexts);
    std::vector<Counts> counts;
    counts.reserve(sample.size());
    for (const std::string *text : sample)
        counts.push_back(countsOf((*reader)->read(*text)));
    const auto vocabulary = vocabularyOf(counts, options.mostTerms);
    if (vocabulary.size() < options.fewestTerms)
        return fail(ErrorCode::InvalidArgument,
                    "The texts have " + std::to_string(vocabulary.size())
                        + " words in common, too few to learn from: it takes "
                        + std::to_string(options.fewestTerms)
                        + " that stand in two texts or more.");

    std::shared_ptr<LsaModel> model(new LsaModel);
    model->m_name = nameOf(sample, options);
    model->m_texts = sample.size();
    const auto all = static_cast<double>(sample.size());
    for (const auto &[term, documents] : vocabulary) {
        const auto row = static_cast<std::uint32_t>(model->m_terms.size());
        const double idf = std::log(all / static_cast<double>(documents));
        model->m_terms.emplace(term, Term{row, static_cast<float>(idf)});
    }
    SparseColumns matrix;
    matrix.rows = vocabulary.size();
    for (const Counts &text : counts) {
        auto &column = matrix.columns.emplace_back();
        for (const auto &[name, count] : text)
            if (const auto term = model->m_terms.find(name); term != model->m_terms.end())
                column.push_back(
                    {term->second.row, static_cast<float>(weightOf(count, term->second.idf))});
        scaleToOne(column);
    }
    const auto most = static_cast<std::size_t>(std::max(options.dimensions, 1));
    const TruncatedSvd svd = truncatedSvd(
        matrix, std::clamp<std::size_t>(sample.size() / 4, 1, most), kIterations, stop);
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "Learning from the texts was given up.");
    if (svd.singularValues.empty())
        return fail(ErrorCode::InvalidArgument,
                    "Every word stands in every text, so there is nothing to learn from them.");
    model->m_dimensions = svd.singularValues.size();
    model->m_basis.assign(svd.left.values.begin(), svd.left.values.end());
    model->m_reader = std::move(*reader);
    return std::shared_ptr<const LsaModel>(std::move(model));
}

std::vector<float> LsaModel::embed(std::string_view text) const
{
    Counts counts;
    {
        std::lock_guard lock(m_mutex);
        counts = countsOf(m_reader->read(text));
    }
    std::vector<double> sums(m_dimensions);
    for (const auto &[name, count] : counts) {
        const auto term = m_terms.find(name);
        if (term == m_terms.end())
            continue;
        const double weight = weightOf(count, term->second.idf);
        const float *row = &m_basis[term->second.row * m_dimensions];
        for (std::size_t j = 0; j < m_dimensions; ++j)
            sums[j] += weight * row[j];
    }
    double length = 0;
    for (const double sum : sums)
        length += sum * sum;
    std::vector<float> vector(m_dimensions);
    if (length > 0)
        for (std::size_t j = 0; j < m_dimensions; ++j)
            vector[j] = static_cast<float>(sums[j] / std::sqrt(length));
    return vector;
}

} // namespace orrery::memory
