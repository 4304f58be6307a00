package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which settings may be shown: names of keys as Hadoop, the clouds and Spark document them. */
class MaskedTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.hadoop.fs.s3a.secret.key",
        "spark.hadoop.fs.s3a.access.key",
        "spark.hadoop.fs.s3a.session.token",
        "spark.hadoop.fs.s3a.encryption.key",
        "spark.hadoop.fs.azure.account.key.x.dfs.core.windows.net",
        "spark.hadoop.fs.azure.sas.container.x.blob.core.windows.net",
        "spark.hadoop.fs.azure.account.oauth2.client.secret",
        "spark.hadoop.google.cloud.auth.service.account.private.key",
        "spark.ssl.keyStorePassword",
        "spark.ssl.keyPassword",
        "spark.hadoop.hadoop.security.credential.provider.path",
        "spark.kubernetes.authenticate.submission.oauthToken",
        "SPARK.HADOOP.SECRET"
      })
  void valueOfASecretIsNotShown(String name) {
    assertThat(Secrets.masked(name, "hunter2")).isEqualTo("*********");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "calibrate.no-token-ids",
        "calibrate.rows",
        "quantize.bits",
        "spark.executor.memory",
        "spark.sql.adaptive.enabled",
        "calibrate.text-column",
        "spark.hadoop.fs.s3a.endpoint"
      })
  void whatIsNoSecretIsShown(String name) {
    assertThat(Secrets.masked(name, "value")).isEqualTo("value");
  }

  @ParameterizedTest
  @CsvSource({
    "https://me:pw@host/p, https://*********@host/p",
    "https://me@host/p, https://*********@host/p",
    "https://host/p@2, https://host/p@2",
    "a@b, a@b",
    "'s3a://b/x,https://u:p@h', 's3a://b/x,https://*********@h'",
    "-Dx=http://u:p@h:80 -Dy=1, -Dx=http://*********@h:80 -Dy=1"
  })
  void userOfAUriIsNotShown(String value, String shown) {
    assertThat(Secrets.masked("spark.x", value)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Dp.password=x", "my-secret", "PASSWD=1"})
  void valueThatSpeaksOfASecretIsNotShown(String value) {
    assertThat(Secrets.masked("spark.driver.extraJavaOptions", value)).isEqualTo("*********");
  }
}
