// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/boundedjson.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

namespace {

QByteArray nestedText(int levels, const QByteArray &inside = {})
{
    return QByteArray(levels, '[') + inside + QByteArray(levels, ']');
}

} // namespace

class TestBoundedJson : public QObject
{
    Q_OBJECT

private slots:
    void readsWhatIsNotTooDeep_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("isRead");
        const auto row = [](const char *name, const QByteArray &text, bool isRead) {
            QTest::newRow(name) << text << isRead;
        };
        row("object", "{\"a\":[1,\"x\"]}", true);
        row("no JSON", "{\"a\":", false);
        row("deepest", nestedText(kDeepestJson), true);
        row("one deeper", nestedText(kDeepestJson + 1), false);
        row("objects too", nestedText(kDeepestJson, "{\"a\":1}"), false);
        row("wide", "[0" + QByteArray(",[{}]").repeated(1000) + "]", true);
        row("brackets in a text", "[\"" + QByteArray("[{\\\"").repeated(1000) + "\"]", true);
        row("after a text", "[\"\\\\\"," + nestedText(kDeepestJson) + "]", false);
        row("bomb", QByteArray(5000000, '['), false);
        row("bomb of objects", QByteArray("{\"a\":").repeated(1000000), false);
    }
    void readsWhatIsNotTooDeep()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, isRead);
        const Json json = parseBounded(text.toStdString());
        QCOMPARE(!json.is_discarded(), isRead);
        if (isRead) {
            const Json copy = json; // these recurse
            QVERIFY(copy == json);
            QVERIFY(Json::parse(copy.dump()) == json);
        }
    }
};

ORRERY_TEST(TestBoundedJson)
#include "tst_boundedjson.moc"
