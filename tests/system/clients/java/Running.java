// A Java program that goes on running whatever happens to the card. For each line on its input it signs and prints
// "signed NAME", or "failed REASON". After a failure it logs in again and keeps its key, if that was all that was wanting; else
// it loads the key store anew, as a program has to: SunPKCS11 never uses an old key again once the card was out.
//   java Running.java CONFIGURATION PIN
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.PasswordCallback;

public final class Running {
    private static X509Certificate certificate;
    private static PrivateKey key;

    private static void load(Provider provider, char[] pin) throws Exception {
        final KeyStore store = KeyStore.getInstance("PKCS11", provider);
        store.load(null, pin);
        final String alias = Collections.list(store.aliases()).get(0);
        certificate = (X509Certificate) store.getCertificate(alias);
        key = (PrivateKey) store.getKey(alias, null);
    }

    private static void login(Provider provider, char[] pin) throws Exception {
        ((AuthProvider) provider).login(null, callbacks -> {
            for (Callback one : callbacks) {
                if (one instanceof PasswordCallback asked) asked.setPassword(pin);
            }
        });
    }

    private static String sign() throws GeneralSecurityException {
        final Signature signer = Signature.getInstance("SHA256withRSA");
        signer.initSign(key);
        signer.update(new byte[1000]);
        final byte[] signature = signer.sign();
        final Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(certificate.getPublicKey());
        verifier.update(new byte[1000]);
        if (!verifier.verify(signature)) throw new SignatureException("does not verify");
        return certificate.getSubjectX500Principal().getName();
    }

    public static void main(String[] arguments) throws Exception {
        final Provider provider = Security.getProvider("SunPKCS11").configure(arguments[0]);
        Security.addProvider(provider);
        final BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        final char[] pin = arguments[1].toCharArray();
        boolean loaded = false;
        boolean loggedIn = true;
        while (input.readLine() != null) {
            try {
                if (!loaded) load(provider, pin);
                if (!loggedIn) login(provider, pin);
                loaded = loggedIn = true;
                System.out.println("signed " + sign());
            } catch (Exception error) {
                final Throwable cause = error.getCause() == null ? error : error.getCause();
                loggedIn = !loaded || !cause.toString().contains("CKR_USER_NOT_LOGGED_IN");
                loaded = !loggedIn;
                System.out.println("failed " + error + " / " + cause);
            }
        }
    }
}
