// SPDX-License-Identifier: GPL-3.0-or-later
// However the bytes of a stream are cut, the same comes out.
#include "core/llm/streamdecode.h"
#include "core/llm/streamframes.h"

#include <QFile>
#include <QTest>

using namespace orrery;
using namespace orrery::llm;

namespace {

template <typename Frames>
Json itemsOf(const std::string &bytes, const std::vector<std::size_t> &cuts)
{
    Frames frames;
    Json items = Json::array();
    const auto take = [&](std::vector<Json> some) {
        for (Json &item : some)
            items.push_back(std::move(item));
    };
    std::size_t from = 0;
    for (const std::size_t cut : cuts) {
        take(frames.feed(std::string_view(bytes).substr(from, cut - from)));
        from = cut;
    }
    take(frames.feed(std::string_view(bytes).substr(from)));
    take(frames.flush());
    return items;
}

} // namespace

class TestStreamSplits : public QObject
{
    Q_OBJECT

private slots:
    void cutsDoNotMatter_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("isArray");
        QFile file(
            QStringLiteral(ORRERY_SOURCE_DIR "/tests/conformance/vectors/stream_decode.json"));
        QVERIFY(file.open(QFile::ReadOnly));
        const Json suite = Json::parse(file.readAll().toStdString());
        for (const Json &item : suite["cases"]) {
            if (!item["input"].contains("chunks_b64"))
                continue;
            QByteArray bytes;
            for (const Json &chunk : item["input"]["chunks_b64"])
                bytes +=
                    QByteArray::fromBase64(QByteArray::fromStdString(chunk.get<std::string>()));
            QTest::newRow(item["id"].get<std::string>().c_str())
                << bytes << (item["op"] == "json_array_bytes");
        }
    }
    void cutsDoNotMatter()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, isArray);
        const std::string text = bytes.toStdString();
        const auto items = isArray ? itemsOf<JsonArrayFrames> : itemsOf<SseFrames>;
        const Json whole = items(text, {});
        std::vector<std::size_t> each;
        for (std::size_t cut = 1; cut < text.size(); ++cut) {
            each.push_back(cut);
            QVERIFY2(items(text, {cut}) == whole, std::to_string(cut).c_str());
        }
        QVERIFY(items(text, each) == whole);
    }
};

QTEST_GUILESS_MAIN(TestStreamSplits)
#include "tst_streamsplits.moc"
