// What a Java server says to a client's certificate.
//   java Trust.java AUTHORITY.pem CERTIFICATE.pem [qualifiers] [revocation]
// By default as TrustManagerFactory comes; `qualifiers` takes critical policy qualifiers, `revocation` asks whether the
// certificate is revoked. Prints "trusted" or why not.
import java.io.FileInputStream;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

public class Trust {
    static X509Certificate read(String path) throws Exception {
        try (var file = new FileInputStream(path)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(file);
        }
    }

    public static void main(String[] arguments) throws Exception {
        var wanted = Set.of(arguments);
        var authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("authority", read(arguments[0]));
        var rules = new PKIXBuilderParameters(authorities, new X509CertSelector());
        rules.setPolicyQualifiersRejected(!wanted.contains("qualifiers"));
        rules.setRevocationEnabled(wanted.contains("revocation"));
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(rules));
        try {
            ((X509TrustManager) factory.getTrustManagers()[0])
                .checkClientTrusted(new X509Certificate[] {read(arguments[1])}, "RSA");
            System.out.println("trusted");
        } catch (CertificateException refusal) {
            System.out.println(refusal.getMessage());
        }
    }
}
