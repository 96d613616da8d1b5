// SPDX-License-Identifier: GPL-3.0-or-later
// `orrery-cli retrieval`: how well the memory finds what people judged to be the answer.
#include "tests/support/runcli.h"
#include "tests/support/testregistry.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace orrery::testing;

namespace {

ProgramOutcome retrieval(const QStringList &arguments)
{
    return runCli(QStringList{"retrieval"} + arguments);
}

void write(const QTemporaryDir &folder, const QString &name, const QByteArray &content)
{
    QFile file(folder.filePath(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

/// Eighty texts of four subjects, each with a word that no other has; the third is empty, as one of Cranfield's is.
QByteArray texts()
{
    QByteArray all;
    for (int i = 1; i <= 80; ++i) {
        all += "<doc>\n<docno>" + QByteArray::number(i) + "</docno>\n<title></title>\n<text>";
        if (i != 3) {
            all += "mark" + QByteArray::number(i);
            for (int word = 0; word < 12; ++word)
                all += " subject" + QByteArray::number(i % 4) + "word"
                       + QByteArray::number((i * 7 + word * word) % 23);
        }
        all += "</text>\n</doc>";
    }
    return all;
}

void writeCollection(const QTemporaryDir &folder)
{
    write(folder, "cran.all.1400.xml", texts());
    write(folder, "cran.qry.xml",
          "<xml>\n<top>\n<num> 1</num>\n<title>\nmark8 .\n</title>\n</top>\n"
          "<top>\n<num> 77</num>\n<title>mark9 mark10</title>\n</top>\n"
          "<top>\n<num> 78</num>\n<title>nobody has judged this</title>\n</top></xml>\n");
    // By place: the second question is number 2, whatever its num.
    write(folder, "cranqrel.trec.txt", "1 0 8 1\r\n1 0 9 0\r\n2 0 9 1\r\n2 0 10 3\r\n2 0 11 1\r\n");
}

} // namespace

class TestRetrievalCommand : public QObject
{
    Q_OBJECT

private slots:
    void printsTheQualityOfEachWay()
    {
        QTemporaryDir folder;
        writeCollection(folder);
        const ProgramOutcome outcome = retrieval({"--collection", folder.path()});
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        const QString out = QString::fromUtf8(outcome.out);
        QVERIFY2(out.contains("79 texts, 2 questions with an answer among them"), qPrintable(out));
        const auto quality = [&](const QString &way) {
            const auto match =
                QRegularExpression("^" + way + "\\b.*?\\s(\\d\\.\\d{3})\\s+(\\d\\.\\d{3})\\s",
                                   QRegularExpression::MultilineOption)
                    .match(out);
            return std::pair(match.captured(1).toDouble(), match.captured(2).toDouble());
        };
        // The first question finds its one text. The second finds 9 and 10, of which 10 answers it best, and not 11.
        const auto [ndcg, recall] = quality("text");
        QCOMPARE(recall, 0.833);
        QVERIFY2(ndcg > 0.8 && ndcg < 1, qPrintable(out));
        for (const char *way : {"vector", "both"}) {
            QVERIFY2(quality(way).first <= 1, qPrintable(out));
            QVERIFY2(out.contains(QRegularExpression("\n" + QString(way))), qPrintable(out));
        }
    }

    void saysWhatIsWrong_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("no texts") << "cran.all.1400.xml" << QByteArray("<html>")
                                  << QByteArray("cran.all.1400.xml holds no text");
        QTest::newRow("a text without a number")
            << "cran.all.1400.xml" << QByteArray("<doc><text>a</text></doc>")
            << QByteArray("cran.all.1400.xml: document 1 has no <docno>");
        QTest::newRow("too few texts")
            << "cran.all.1400.xml" << QByteArray("<doc><docno>8</docno><text>a b</text></doc>")
            << QByteArray("There are 1 texts, too few to learn from: it takes 64.");
        QTest::newRow("a question without words")
            << "cran.qry.xml" << QByteArray("<top><num>1</num></top>")
            << QByteArray("cran.qry.xml: question 1 has no <title>");
        QTest::newRow("an unknown question")
            << "cranqrel.trec.txt" << QByteArray("1 0 8 1\n4 0 8 1\n")
            << QByteArray("cranqrel.trec.txt:2: expected the number of a question (1 to 3)");
        QTest::newRow("no grade") << "cranqrel.trec.txt" << QByteArray("1 0 8\n")
                                  << QByteArray("cranqrel.trec.txt:1: expected");
        QTest::newRow("no answer") << "cranqrel.trec.txt" << QByteArray("1 0 8 0\n")
                                   << QByteArray("cranqrel.trec.txt holds no judgement above 0");
    }

    void saysWhatIsWrong()
    {
        QFETCH(QString, file);
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, says);
        QTemporaryDir folder;
        writeCollection(folder);
        write(folder, file, content);
        const ProgramOutcome outcome = retrieval({"--collection", folder.path()});
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.err.contains(says), outcome.err.constData());
    }

    void needsAFolderThatIsThere()
    {
        const ProgramOutcome gone = retrieval({"--collection", "/nowhere"});
        QCOMPARE(gone.code, 1);
        QVERIFY(gone.err.contains("/nowhere/cran.all.1400.xml cannot be read"));
        QCOMPARE(retrieval({}).code, 2);
    }
};

ORRERY_TEST(TestRetrievalCommand)
#include "tst_retrievalcommand.moc"
